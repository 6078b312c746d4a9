import { expect, it } from "vitest";
import { companionsOf, programsIn } from "./readme-examples.ts";

it("takes the js blocks of a README as programs and leaves fragments, shell lines and empty files alone", () => {
  const markdown =
    '# Title\n\n```js\nconsole.log("one");\n```\n\n```ts\nfragment;\n```\n\n```sh\nnpm test\n```\n\n```js\nlet x = 2;\nx++;\n```\n';
  expect(programsIn(markdown)).toEqual(['console.log("one");\n', "let x = 2;\nx++;\n"]);
  expect(programsIn("")).toEqual([]);
});

it("finds what a reader installs beside the packages: what programs import and the package is developed against", () => {
  const markdown =
    '```js\nimport { generateImage } from "ai";\nimport { createRoot } from "react-dom/client";\nimport { a } from "@scope/b/c";\nimport "node:fs";\n```\n\n```ts\nimport x from "left-out";\n```\n';
  const developedAgainst = {
    ai: "7.0.0",
    "react-dom": "19.0.0",
    "@scope/b": "1.0.0",
    "@types/react-dom": "19.0.0",
    "left-out": "1.0.0",
    unused: "1.0.0",
  };
  expect(companionsOf(markdown, developedAgainst)).toEqual({
    ai: "7.0.0",
    "react-dom": "19.0.0",
    "@scope/b": "1.0.0",
    "@types/react-dom": "19.0.0",
  });
  expect(companionsOf(markdown)).toEqual({});
});

it("counts what the first command of a README installs, and not what a later one would", () => {
  const markdown =
    "```sh\nnpm install @glissade/x ai @scope/b\n```\n\n```sh\nnpm install other\n```\n";
  expect(companionsOf(markdown, { ai: "7.0.0", "@scope/b": "1.0.0", other: "1.0.0" })).toEqual({
    ai: "7.0.0",
    "@scope/b": "1.0.0",
  });
});
