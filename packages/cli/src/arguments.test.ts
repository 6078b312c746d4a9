import { InvalidArgumentError, UnknownNameError } from "@glissade/core";
import { describe, expect, it } from "vitest";
import { given, parseArguments } from "./arguments.ts";
import { UsageError } from "./errors.ts";

const options = {
  out: { short: "o", value: "FILE", about: "" },
  seed: { value: "N", about: "" },
  scale: { value: "X", about: "" },
  mode: { value: "NAME", about: "" },
  quiet: { short: "q", about: "" },
} as const;
const parse = (...argv: string[]) => parseArguments("draw", argv, options);

describe("parseArguments", () => {
  it("reads options in every form, and positional arguments between them", () => {
    const args = parse("-q", "one", "--out=a=b.png", "--seed", "7", "two", "--", "--three");
    expect(args.positionals).toEqual(["one", "two", "--three"]);
    expect([
      args.has("quiet"),
      args.text("out"),
      args.integer("seed", 0, 9),
      args.text("mode"),
    ]).toEqual([true, "a=b.png", 7, undefined]);
    expect(parse("-o", "x", "--out", "y").text("out")).toBe("y");
  });

  it("takes a value that begins with a dash, unless it looks like an option", () => {
    expect(parse("--seed", "-1").text("seed")).toBe("-1");
    expect(parse("--out=--seed").text("out")).toBe("--seed");
    expect(() => parse("--out", "--seed", "1")).toThrow(
      '--out needs a value: --out FILE. If "--seed" is meant to be it: --out="--seed".',
    );
    expect(() => parse("--seed")).toThrow(UsageError);
    expect(() => parse("--quiet=yes")).toThrow("takes no value");
  });

  it("suggests the option that was meant, and takes none from the prototype", () => {
    expect(() => parse("--sed", "1")).toThrow('Did you mean "--seed"?');
    expect(() => parse("--constructor")).toThrow(UnknownNameError);
    expect(() => parse("-x")).toThrow(UnknownNameError);
  });

  it.each([
    "",
    " ",
    "3.5",
    "-1",
    "+1",
    "NaN",
    "1e3",
    "0x10",
    "Infinity",
    "1_000",
    "٣",
    "9007199254740992",
  ])("refuses %j as an integer", (value) => {
    expect(() => parse(`--seed=${value}`).integer("seed", 0, Number.MAX_SAFE_INTEGER)).toThrow(
      InvalidArgumentError,
    );
  });

  it("reads integers up to the limits", () => {
    expect(parse("--seed=9007199254740991").integer("seed", 0, Number.MAX_SAFE_INTEGER)).toBe(
      Number.MAX_SAFE_INTEGER,
    );
    expect(parse("--seed=007").integer("seed", 0, 7)).toBe(7);
    expect(() => parse("--seed=8").integer("seed", 0, 7)).toThrow(
      '--seed is "8"; expected a whole number from 0 to 7',
    );
  });

  it.each(["", "-0.5", "1e3", "NaN", "inf", "3,5", "3.", "1".repeat(400)])(
    "refuses %j as a decimal number",
    (value) => {
      expect(() => parse(`--scale=${value}`).decimal("scale", 0)).toThrow(InvalidArgumentError);
    },
  );

  it("reads decimal numbers", () => {
    expect(
      ["0", "3", "3.5", ".5"].map((value) => parse(`--scale=${value}`).decimal("scale", 0)),
    ).toEqual([0, 3, 3.5, 0.5]);
  });

  it("knows the names of a choice", () => {
    expect(parse("--mode=fast").choice("mode", "mode", ["fast", "slow"])).toBe("fast");
    expect(parse("--mode=fast, slow").choices("mode", "mode", ["fast", "slow"])).toEqual([
      "fast",
      "slow",
    ]);
    expect(() => parse("--mode=fats").choice("mode", "mode", ["fast", "slow"])).toThrow(
      'known: fast, slow. Did you mean "fast"?',
    );
    expect(() => parse("--mode=fast,").choices("mode", "mode", ["fast", "slow"])).toThrow(
      UnknownNameError,
    );
    expect(() => parse("--out=").nonEmpty("out")).toThrow("not empty");
  });
});

describe("given", () => {
  it("leaves out what is undefined and keeps false, 0 and the empty text", () => {
    expect(given({ a: undefined, b: 0, c: false, d: "" })).toEqual({ b: 0, c: false, d: "" });
    expect(Object.keys(given({ a: undefined }))).toEqual([]);
  });
});

describe("lists", () => {
  it("reads numbers separated by commas, and says which of them is wrong", () => {
    expect(parse("--scale", "0, 1.5,.5").decimals("scale", 0)).toEqual([0, 1.5, 0.5]);
    expect(parse("--seed", "3,10").integers("seed", 1, 10)).toEqual([3, 10]);
    expect(parse().decimals("scale", 0)).toBeUndefined();
    expect(() => parse("--scale", "1,,2").decimals("scale", 0)).toThrow(
      '--scale is ""; expected a number of at least 0',
    );
    expect(() => parse("--seed", "3,11").integers("seed", 1, 10)).toThrow(
      '--seed is "11"; expected a whole number from 1 to 10',
    );
  });
});
