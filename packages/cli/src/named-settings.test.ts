import { describe, expect, it } from "vitest";
import { parseNamed } from "./named-settings.ts";

describe("parseNamed", () => {
  it.each([
    ["ddim", { name: "ddim" }],
    ["ddim:eta=0.5", { name: "ddim", eta: 0.5 }],
    ["a-b:scale=5,interval=0..0.8,x=true", { name: "a-b", scale: 5, interval: [0, 0.8], x: true }],
    [undefined, undefined],
  ])("reads %s", (text, named) => {
    expect(parseNamed(text)).toEqual(named);
  });

  it.each(["ddim:eta", "ddim:eta=", "ddim:eta=x", "ddim:eta=1..2..3", "ddim:=1"])(
    "refuses %s",
    (text) => {
      expect(() => parseNamed(text)).toThrow("NAME:OPTION=VALUE");
    },
  );
});
