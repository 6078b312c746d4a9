import { expect, it } from "vitest";
import { jsonText } from "./json-text.ts";

it("writes what it is given, short lists on one line", () => {
  const value = { channels: [1, 2], long: Array.from({ length: 60 }, (_, k) => `${k}`), a: {} };
  const text = jsonText(value);
  expect(JSON.parse(text)).toEqual(value);
  expect(text.split("\n").slice(0, 4)).toEqual([
    "{",
    '  "channels": [1, 2],',
    '  "long": [',
    '    "0",',
  ]);
});
