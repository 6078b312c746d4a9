import { InvalidArgumentError, tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { autoguidance } from "./autoguidance.ts";

// one row of one image channel and one variance channel
const conditional = tensor([1, 2, 1, 2], [1, 4, 7, 8]);
const weaker = tensor([1, 2, 1, 2], [0.5, 5, -1, -1]);

describe("autoguidance", () => {
  it("is D_weaker + w (D - D_weaker), with the variance of D", () => {
    const rule = autoguidance({ scale: 3, imageChannels: 1 });
    expect([...rule.combine({ conditional, weaker, progress: 0.5 }).data]).toEqual([
      0.5 + 3 * (1 - 0.5),
      5 + 3 * (4 - 5),
      7,
      8,
    ]);
  });

  it("asks for the weaker network alone, within its interval", () => {
    const rule = autoguidance({ interval: [0.2, 0.6] });
    expect([rule.needs, rule.plan(0), rule.plan(0.5)]).toEqual([["weaker"], [], ["weaker"]]);
    expect(rule.combine({ conditional, progress: 0.9 })).toBe(conditional);
    expect(rule.settings).toEqual({ name: "autoguidance", scale: 2, interval: [0.2, 0.6] });
  });

  it("misses a branch that was planned", () => {
    expect(() => autoguidance().combine({ conditional, progress: 0 })).toThrow(
      InvalidArgumentError,
    );
  });
});
