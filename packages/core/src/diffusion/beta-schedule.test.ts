import { InvalidArgumentError, UnknownNameError } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import {
  type BetaScheduleName,
  betaSchedule,
  type LegacyBetaScheduleName,
  legacyBetaSchedule,
} from "./beta-schedule.ts";

describe("betaSchedule", () => {
  it("caps the cosine schedule at 0.999", () => {
    const betas = betaSchedule("squaredcos_cap_v2", 1000);
    expect(betas[0]).toBeCloseTo(4.12842e-5, 10);
    expect(betas[1]).toBeCloseTo(4.61418e-5, 10);
    expect(betas[499]).toBeCloseTo(0.00314589, 8);
    expect(betas[998]).toBeCloseTo(0.749999, 6);
    expect(betas[999]).toBe(0.999);
  });

  it("knows the cosine schedule by its short name", () => {
    expect(betaSchedule("cosine", 50)).toEqual(betaSchedule("squaredcos_cap_v2", 50));
  });

  it("scales the linear schedule's end points with the length", () => {
    const ends = (numTimesteps: number) => [
      betaSchedule("linear", numTimesteps)[0],
      betaSchedule("linear", numTimesteps)[numTimesteps - 1],
    ];
    expect(ends(1000)).toEqual([0.0001, 0.02]);
    expect(ends(250)).toEqual([0.0004, 0.08]);
    expect(betaSchedule("linear", 1000)[500]).toBeCloseTo(0.0001 + (500 * 0.0199) / 999, 15);
  });

  it("gives the only beta of a diffusion of one step", () => {
    expect([...betaSchedule("squaredcos_cap_v2", 1)]).toEqual([0.999]);
  });

  it("refuses unknown names, also those that every object has", () => {
    expect(() => betaSchedule("linaer" as BetaScheduleName, 10)).toThrow('Did you mean "linear"?');
    expect(() => betaSchedule("toString" as BetaScheduleName, 10)).toThrow(UnknownNameError);
  });

  it.each([0, -3, 2.5, Number.NaN])("refuses a length of %f", (numTimesteps) => {
    expect(() => betaSchedule("linear", numTimesteps)).toThrow(InvalidArgumentError);
  });
});

describe("legacyBetaSchedule", () => {
  const range = { betaStart: 0.0001, betaEnd: 0.02, steps: 10 };

  it("rises linearly in beta or in its root", () => {
    expect(legacyBetaSchedule("linear", range)[3]).toBeCloseTo(0.0001 + 0.0199 / 3, 15);
    expect(legacyBetaSchedule("quad", range)[3]).toBeCloseTo(
      (0.01 + (Math.sqrt(0.02) - 0.01) / 3) ** 2,
      15,
    );
  });

  it("warms up over the first tenth or half", () => {
    expect([...legacyBetaSchedule("warmup10", { ...range, steps: 20 }).slice(0, 4)]).toEqual([
      0.0001, 0.02, 0.02, 0.02,
    ]);
    const half = legacyBetaSchedule("warmup50", range);
    expect(half[2]).toBeCloseTo((0.0001 + 0.02) / 2, 15);
    expect([...half.slice(4)]).toEqual(new Array(6).fill(0.02));
  });

  it("stays constant or grows as 1/T, 1/(T-1), ..., 1", () => {
    expect([...legacyBetaSchedule("const", range)]).toEqual(new Array(10).fill(0.02));
    expect([...legacyBetaSchedule("jsd", { ...range, steps: 4 })]).toEqual([
      1 / 4,
      1 / 3,
      1 / 2,
      1,
    ]);
  });

  it("refuses unknown names", () => {
    expect(() => legacyBetaSchedule("warmup20" as LegacyBetaScheduleName, range)).toThrow(
      UnknownNameError,
    );
  });
});
