import { expect, it } from "vitest";
import { programsIn } from "./readme-examples.ts";

it("takes the js blocks of a README as programs and leaves fragments, shell lines and empty files alone", () => {
  const markdown = '# Title\n\n```js\nconsole.log("one");\n```\n\n```ts\nfragment;\n```\n\n```sh\nnpm test\n```\n\n```js\nlet x = 2;\nx++;\n```\n';
  expect(programsIn(markdown)).toEqual(['console.log("one");\n', "let x = 2;\nx++;\n"]);
  expect(programsIn("")).toEqual([]);
});
