import { describe, expect, it } from "vitest";
import { parseJsonWithLimits } from "./json-with-limits.ts";

const limits = { maxDepth: 4, maxKeys: 6 };
const parse = (text: string) => parseJsonWithLimits(new TextEncoder().encode(text), limits);

describe("parseJsonWithLimits", () => {
  it("reads what JSON.parse reads", () => {
    const text = '{ "a" : [1, "x : y {", {"b\\"": null}], "é": "\\\\", "__proto__": true }';
    expect(parse(text)).toEqual(JSON.parse(text));
  });

  it.each([
    ["a key that occurs twice", '{"a": 1, "b": {"a": 2}, "a": 3}', "twice"],
    ["a key that occurs twice, once with an escape", '{"a": 1, "\\u0061": 3}', "twice"],
    ["a key that occurs twice further down", '[[{"x": {}, "x": []}]]', "twice"],
    ["nesting beyond the limit", "[[[[[]]]]]", "deeper than 4"],
    ["nesting without end", "[".repeat(1_000_000), "deeper than 4"],
    ["more keys than allowed", '{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1}', "more than 6 keys"],
    ["a string that does not end", '{"a', "not valid JSON"],
    ["broken grammar", '{"a": 1,}', "not valid JSON"],
    ["nothing", "", "not valid JSON"],
  ])("refuses %s", (_, text, reason) => {
    expect(() => parse(text)).toThrow(reason);
  });

  it("refuses bytes that are not UTF-8", () => {
    expect(() => parseJsonWithLimits(Uint8Array.of(0x22, 0xff, 0x22), limits)).toThrow("UTF-8");
  });
});
