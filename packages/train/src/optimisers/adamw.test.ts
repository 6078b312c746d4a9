import { InvalidArgumentError } from "@glissade/core";
import { torchGenerator } from "@glissade/core/random";
import { describe, expect, it } from "vitest";
import { AdamW, matricesOnly } from "./adamw.ts";
import { MovingAverage } from "./moving-average.ts";
import { ParameterStore } from "./parameters.ts";

function storeOf(...values: number[]): ParameterStore {
  const store = new ParameterStore([{ name: "p", dims: [values.length] }]);
  store.values.set(values);
  return store;
}

describe("AdamW", () => {
  it("moves by the learning rate against the gradient's sign in the first step", () => {
    const parameters = storeOf(1, 1, 1);
    new AdamW(parameters, { weightDecay: 0 }).step(Float32Array.of(0.5, -200, 0), {
      learningRate: 0.01,
    });
    expect(parameters.values[0]).toBeCloseTo(0.99, 6);
    expect(parameters.values[1]).toBeCloseTo(1.01, 6);
    expect(parameters.values[2]).toBe(1);
  });

  it("follows the algorithm of the papers over many steps", () => {
    // Loshchilov & Hutter 2019, algorithm 2, in float64 and the papers' notation.
    const gradients = Array.from({ length: 25 }, (_, step) => Math.sin(step) + 0.3);
    const [alpha, lambda, beta1, beta2, epsilon] = [0.02, 0.1, 0.8, 0.95, 1e-6];
    let [theta, m, v] = [0.7, 0, 0];
    const parameters = storeOf(theta);
    const optimiser = new AdamW(parameters, {
      betas: [beta1, beta2],
      epsilon,
      weightDecay: lambda,
    });
    gradients.forEach((g, index) => {
      const t = index + 1;
      m = beta1 * m + (1 - beta1) * g;
      v = beta2 * v + (1 - beta2) * g * g;
      theta =
        theta -
        alpha * lambda * theta -
        (alpha * (m / (1 - beta1 ** t))) / (Math.sqrt(v / (1 - beta2 ** t)) + epsilon);
      optimiser.step(Float32Array.of(g), { learningRate: alpha });
      expect(parameters.values[0]).toBeCloseTo(theta, 5);
    });
    expect(optimiser.steps).toBe(25);
  });

  it("decays only what it is told to, whatever the gradient", () => {
    const parameters = new ParameterStore([
      { name: "a.bias", dims: [2] },
      { name: "a.weight", dims: [2, 1] },
      { name: "b.bias", dims: [1] },
    ]);
    parameters.values.fill(1);
    const optimiser = new AdamW(parameters, { weightDecay: 0.5, decays: matricesOnly });
    for (let i = 0; i < 3; i++) optimiser.step(parameters.zeros(), { learningRate: 0.1 });
    [1, 1, 0.95 ** 3, 0.95 ** 3, 1].forEach((expected, i) => {
      expect(parameters.values[i]).toBeCloseTo(expected, 6);
    });
  });

  it("scales the gradient before anything else, and updates averages with the new parameters, across blocks", () => {
    const size = 40_001;
    const gradient = torchGenerator(1).randn([size]).data;
    const run = (given: Float32Array, gradientScale: number) => {
      const parameters = new ParameterStore([{ name: "p", dims: [size] }]);
      parameters.values.set(torchGenerator(2).randn([size]).data);
      const before = parameters.values.slice();
      const average = new MovingAverage(parameters, { decay: 0.75 });
      new AdamW(parameters).step(given, { learningRate: 0.1, gradientScale, averages: [average] });
      return { before, after: parameters.values, average: average.values };
    };
    const scaled = run(gradient, 0.25);
    const small = run(
      gradient.map((value) => value / 4),
      1,
    );
    expect(scaled.after).toEqual(small.after);
    const worst = scaled.average.reduce(
      (error, value, i) =>
        Math.max(
          error,
          Math.abs(value - (0.75 * (scaled.before[i] ?? 0) + 0.25 * (scaled.after[i] ?? 0))),
        ),
      0,
    );
    expect(worst).toBeLessThan(1e-6);
  });

  it("continues exactly from saved moments", () => {
    const gradient = Float32Array.of(0.3, -0.2);
    const whole = new AdamW(storeOf(1, 2));
    for (let i = 0; i < 4; i++) whole.step(gradient, { learningRate: 0.01 });
    const first = new AdamW(storeOf(1, 2));
    for (let i = 0; i < 2; i++) first.step(gradient, { learningRate: 0.01 });
    const second = new AdamW(storeOf(...first.parameters.values));
    second.firstMoment.set(first.firstMoment);
    second.secondMoment.set(first.secondMoment);
    second.restore(first.steps);
    for (let i = 0; i < 2; i++) second.step(gradient, { learningRate: 0.01 });
    expect(second.parameters.values).toEqual(whole.parameters.values);
  });

  it("refuses options and gradients that do not fit", () => {
    expect(() => new AdamW(storeOf(1), { betas: [0.9, 1] })).toThrow(InvalidArgumentError);
    expect(() => new AdamW(storeOf(1), { weightDecay: -1 })).toThrow(/weightDecay/);
    expect(() => new AdamW(storeOf(1)).step(new Float32Array(2), { learningRate: 1 })).toThrow(
      /1 elements/,
    );
    expect(() =>
      new AdamW(storeOf(1)).step(new Float32Array(1), { learningRate: Number.NaN }),
    ).toThrow(/learningRate/);
  });
});

describe("MovingAverage", () => {
  it("weighs the parameters of n steps ago by decay^n", () => {
    const parameters = storeOf(0);
    const average = new MovingAverage(parameters, { decay: 0.9 });
    for (let step = 1; step <= 10; step++) {
      parameters.values[0] = step === 3 ? 1 : 0;
      average.update(parameters.values, step);
    }
    expect(average.values[0]).toBeCloseTo(0.1 * 0.9 ** 7, 7);
  });

  it("forgets the first weights soon where it is warmed up", () => {
    const parameters = storeOf(1);
    const average = new MovingAverage(parameters, { decay: 0.999, warmUp: true });
    parameters.values[0] = 0;
    for (let step = 1; step <= 20; step++) average.update(parameters.values, step);
    expect(average.values[0]).toBeLessThan(1e-6);
    expect(average.decayAt(1)).toBe(0.1);
    expect(average.decayAt(1e6)).toBe(0.999);
    expect(() => new MovingAverage(parameters, { decay: 1 })).toThrow(InvalidArgumentError);
  });
});
