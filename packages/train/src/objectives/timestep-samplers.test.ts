import { InvalidArgumentError, type Tensor, UnknownNameError } from "@glissade/core";
import { philoxGenerator, torchGenerator } from "@glissade/core/random";
import { tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { chooseTimesteps } from "./choose-timesteps.ts";
import { lossSecondMoment } from "./loss-second-moment.ts";
import { shiftedTimesteps } from "./shifted-timesteps.ts";
import { uniformTimesteps } from "./uniform-timesteps.ts";

const fixed = (...values: number[]) => ({ rand: (): Tensor => tensor([values.length], values) });

describe("uniformTimesteps", () => {
  it("cuts [0, 1) into equal steps", () => {
    expect(uniformTimesteps(4).sample(6, fixed(0, 0.2499, 0.25, 0.5, 0.75, 0.9999))).toEqual({
      t: [0, 0, 1, 2, 3, 3],
      weights: new Float32Array(6).fill(1),
    });
  });

  it("gives the same steps again for the same seed", () => {
    const draw = () => uniformTimesteps(1000).sample(16, philoxGenerator(3)).t;
    expect(draw()).toEqual(draw());
    expect(new Set(draw()).size).toBeGreaterThan(10);
  });
});

describe("shiftedTimesteps", () => {
  it("moves the middle to s / (1 + s), and leaves the losses as they are", () => {
    const { t, weights } = shiftedTimesteps(1000, 4).sample(5, fixed(0, 0.2, 0.5, 0.8, 0.99999));
    expect(t).toEqual([0, 500, 800, 941, 999]);
    expect(weights).toEqual(new Float32Array(5).fill(1));
  });

  it("draws as its probabilities say: s times as many at the noisy end, a part of s at the other", () => {
    const sampler = shiftedTimesteps(10, 6);
    const probabilities = sampler.probabilities();
    expect(probabilities.reduce((sum, p) => sum + p)).toBeCloseTo(1, 12);
    const { t } = sampler.sample(40_000, torchGenerator(1));
    probabilities.forEach((p, step) => {
      expect(t.filter((drawn) => drawn === step).length / t.length).toBeCloseTo(p, 2);
    });
    const fine = shiftedTimesteps(100_000, 6).probabilities();
    expect((fine.at(-1) ?? 0) * 100_000).toBeCloseTo(6, 2);
    expect((fine[0] ?? 0) * 100_000).toBeCloseTo(1 / 6, 3);
  });

  it("is uniform with a shift of 1", () => {
    const draw = (sampler: { sample: typeof uniform.sample }) =>
      sampler.sample(50, philoxGenerator(3));
    const uniform = uniformTimesteps(37);
    expect(draw(shiftedTimesteps(37, 1))).toEqual(draw(uniform));
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("refuses a shift of %s", (shift) => {
    expect(() => shiftedTimesteps(10, shift)).toThrow(InvalidArgumentError);
  });
});

describe("chooseTimesteps", () => {
  it("finds a sampler by its name", () => {
    const name = (sampler: "uniform" | "loss-second-moment" | "shifted") =>
      chooseTimesteps(8, { sampler, shift: 2 }).state().name;
    expect((["uniform", "loss-second-moment", "shifted"] as const).map(name)).toEqual([
      "uniform",
      "loss-second-moment",
      "shifted by 2",
    ]);
    expect(() => chooseTimesteps(8, { sampler: "shift" as "shifted" })).toThrow(UnknownNameError);
  });
});

describe("lossSecondMoment", () => {
  const warm = (history = 2) => {
    const sampler = lossSecondMoment(3, { history, uniformProbability: 0.1 });
    for (let i = 0; i < history; i++) sampler.update([0, 1, 2], [1, 2, 5]);
    return sampler;
  };

  it("is uniform until every step has its history", () => {
    const sampler = lossSecondMoment(3, { history: 2 });
    sampler.update([0, 0, 1, 1, 2], [9, 9, 1, 1, 1]);
    expect([...sampler.probabilities()]).toEqual([1 / 3, 1 / 3, 1 / 3]);
    sampler.update([2], [1]);
    expect(sampler.probabilities()[0]).toBeGreaterThan(0.8);
  });

  it("is proportional to the root of the mean squared loss, with a part that is even", () => {
    const sampler = warm();
    [1, 2, 5].forEach((loss, t) => {
      expect(sampler.probabilities()[t]).toBeCloseTo((0.9 * loss) / 8 + 0.1 / 3, 12);
    });
    sampler.update([0, 0], [3, 4]);
    const root = Math.sqrt((9 + 16) / 2);
    expect(sampler.probabilities()[0]).toBeCloseTo((0.9 * root) / (root + 7) + 0.1 / 3, 12);
  });

  it("keeps the mean loss unbiased", () => {
    const sampler = warm();
    const { t, weights } = sampler.sample(40_000, torchGenerator(1));
    const loss = [1, 2, 5];
    const mean =
      t.reduce((sum, step, i) => sum + (loss[step] ?? 0) * (weights[i] ?? 0), 0) / t.length;
    expect(mean).toBeCloseTo(8 / 3, 1);
    const counts = [0, 1, 2].map((step) => t.filter((drawn) => drawn === step).length / t.length);
    counts.forEach((part, step) => {
      expect(part).toBeCloseTo(sampler.probabilities()[step] ?? 0, 2);
    });
  });

  it("continues from its state, which is plain JSON", () => {
    const sampler = warm(3);
    const copy = lossSecondMoment(3, { history: 3, uniformProbability: 0.1 });
    copy.restore(JSON.parse(JSON.stringify(sampler.state())));
    for (const one of [sampler, copy]) one.update([1], [30]);
    expect(copy.probabilities()).toEqual(sampler.probabilities());
    expect(() => copy.restore(uniformTimesteps(3).state())).toThrow(InvalidArgumentError);
    expect(() => lossSecondMoment(4).restore(sampler.state())).toThrow(/over 4 steps/);
  });

  it("forgets a loss that is not a number", () => {
    const sampler = warm();
    sampler.update([0, 1], [Number.NaN, Number.POSITIVE_INFINITY]);
    expect(sampler.probabilities()).toEqual(warm().probabilities());
  });
});
