import { describe, expect, it } from "vitest";
import {
  DisposedError,
  display,
  GlissadeError,
  InvalidArgumentError,
  UnknownNameError,
} from "./errors.ts";

describe("errors", () => {
  it("are told apart by isInstance, also as their base, and also when another copy of the package made them", () => {
    const error = new InvalidArgumentError({
      argument: "steps",
      received: -1,
      expected: "a positive integer",
    });
    expect(InvalidArgumentError.isInstance(error) && GlissadeError.isInstance(error)).toBe(true);
    expect(UnknownNameError.isInstance(error)).toBe(false);
    const fromAnotherCopy = Object.assign(new Error("x"), {
      [Symbol.for("glissade.error.codes")]: ["DisposedError", "GlissadeError"],
    });
    expect(DisposedError.isInstance(fromAnotherCopy)).toBe(true);
    for (const other of [new Error("x"), null, undefined, "text", {}])
      expect(GlissadeError.isInstance(other)).toBe(false);
  });

  it("keep name, fields, cause and a message that says what was expected", () => {
    const cause = new Error("inner");
    const error = new InvalidArgumentError({
      argument: "steps",
      received: Number.NaN,
      expected: "a positive integer",
      hint: "Try 50.",
      cause,
    });
    expect(error).toMatchObject({
      name: "InvalidArgumentError",
      argument: "steps",
      expected: "a positive integer",
      cause,
    });
    expect(error.message).toBe("steps is NaN; expected a positive integer. Try 50.");
  });

  it("suggest the nearest known name, and none where nothing is near", () => {
    const message = (asked: unknown) =>
      new UnknownNameError({ kind: "sampler", asked, known: ["ddpm", "ddim", "euler"] }).message;
    expect(message("ddin")).toBe(
      'There is no sampler "ddin"; known: ddpm, ddim, euler. Did you mean "ddim"?',
    );
    expect(message("EULER")).toContain('Did you mean "euler"?');
    expect(message("something")).not.toContain("Did you mean");
    expect(message(7)).toContain('There is no sampler "7"');
  });
});

describe("display", () => {
  it.each([
    ["text", '"text"'],
    ["x".repeat(100), `"${"x".repeat(60)}…"`],
    [[1, 2], "[1, 2]"],
    [new Array(50).fill(0), "an array of 50"],
    [12n, "12n"],
    [undefined, "undefined"],
    [new Map(), "an object of type Map"],
    [Object.create(null), "an object of type Object"],
    [() => 0, "a function"],
  ])("shows %s shortly", (value, shown) => {
    expect(display(value)).toBe(shown);
  });
});
