import type { Tensor } from "@glissade/core";
import { evaluateGraph, GraphBuilder, gradient, tensor, type Value } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import {
  approxStandardNormalCdf,
  discretizedGaussianLogLikelihood,
  normalKl,
} from "./likelihoods.ts";

function evaluate(
  inputs: Readonly<Record<string, Tensor>>,
  build: (g: GraphBuilder, input: (name: string) => Value) => Value,
): Float64Array {
  const g = new GraphBuilder();
  g.output(
    "y",
    build(g, (name) => g.input(name, inputs[name]?.dims ?? [])),
  );
  return evaluateGraph(g.build(), inputs).y?.data ?? new Float64Array();
}

const vector = (...values: number[]) => tensor([values.length], values);

describe("normalKl", () => {
  it("is the integral of p log(p / q)", () => {
    const [mean1, deviation1, mean2, deviation2] = [0.25, 0.5, -0.5, 1.25];
    const density = (x: number, mean: number, deviation: number) =>
      Math.exp(-(((x - mean) / deviation) ** 2) / 2) / (deviation * Math.sqrt(2 * Math.PI));
    let integral = 0;
    for (let x = -6; x < 6; x += 1e-3) {
      const p = density(x, mean1, deviation1);
      integral += 1e-3 * p * Math.log(p / density(x, mean2, deviation2));
    }
    const [kl] = evaluate(
      {
        logVariance1: vector(2 * Math.log(deviation1)),
        logVariance2: vector(2 * Math.log(deviation2)),
      },
      (g, input) =>
        normalKl(
          g,
          { mean: mean1, logVariance: input("logVariance1") },
          { mean: mean2, logVariance: input("logVariance2") },
        ),
    );
    expect(kl).toBeCloseTo(integral, 6);
  });

  it("is 0 for equal Gaussians", () => {
    const gaussian = (input: (name: string) => Value) => ({
      mean: input("mean"),
      logVariance: input("logVariance"),
    });
    const [kl] = evaluate({ mean: vector(0.3), logVariance: vector(-7) }, (g, input) => {
      const p = gaussian(input);
      return normalKl(g, p, p);
    });
    expect(kl).toBe(0);
  });
});

describe("approxStandardNormalCdf", () => {
  it("follows the table of the normal distribution", () => {
    // Abramowitz & Stegun 1964, table 26.1
    const table = [
      [0, 0.5],
      [0.5, 0.6914624613],
      [1, 0.8413447461],
      [1.96, 0.9750021049],
      [3, 0.9986501019],
    ] as const;
    const cdf = evaluate(
      { x: vector(...table.map(([x]) => x), ...table.map(([x]) => -x)) },
      (g, input) => approxStandardNormalCdf(g, input("x")),
    );
    table.forEach(([, expected], i) => {
      expect(Math.abs((cdf[i] ?? 0) - expected)).toBeLessThan(2.5e-4);
      expect(Math.abs((cdf[i + table.length] ?? 0) - (1 - expected))).toBeLessThan(2.5e-4);
    });
  });

  it("is the formula with a hyperbolic tangent", () => {
    const x = Float32Array.from({ length: 81 }, (_, i) => (i - 40) / 8);
    const cdf = evaluate({ x: tensor([81], x) }, (g, input) =>
      approxStandardNormalCdf(g, input("x")),
    );
    x.forEach((value, i) => {
      expect(cdf[i]).toBeCloseTo(
        0.5 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (value + 0.044715 * value ** 3))),
        7,
      );
    });
  });

  it("has a finite value and derivative at the ends of float32", () => {
    const g = new GraphBuilder();
    g.output("sum", g.sum(approxStandardNormalCdf(g, g.input("x", [4])), [0]));
    const result = evaluateGraph(gradient(g.build(), { of: "sum", withRespectTo: ["x"] }), {
      x: vector(-1e12, -60, 60, 1e12),
    });
    expect(result.sum?.data[0]).toBe(2);
    expect([...(result["grad.x"]?.data ?? [])].map(Math.abs)).toEqual([0, 0, 0, 0]);
  });
});

describe("discretizedGaussianLogLikelihood", () => {
  const levels = Float32Array.from({ length: 256 }, (_, i) => i / 127.5 - 1);
  const likelihood = (mean: number, deviation: number) =>
    evaluate(
      {
        x: tensor([256], levels),
        precision: tensor([256], new Float32Array(256).fill(1 / deviation)),
      },
      (g, input) => {
        const x = input("x");
        return discretizedGaussianLogLikelihood(g, x, {
          centred: g.sub(x, mean),
          precision: input("precision"),
        });
      },
    );

  it.each([
    [0, 0.25],
    [0.7, 0.4],
    [-1.2, 0.3],
    [3, 2],
  ])(
    "gives the 256 levels of a pixel the probability 1 together (mean %s, deviation %s)",
    (mean, deviation) => {
      expect(
        likelihood(mean, deviation).reduce(
          (sum, logProbability) => sum + Math.exp(logProbability),
          0,
        ),
      ).toBeCloseTo(1, 6);
    },
  );

  it("gives black everything below it and white everything above", () => {
    const outside = likelihood(-3, 0.5);
    expect(outside[0]).toBeCloseTo(0, 3);
    expect(likelihood(3, 0.5)[255]).toBeCloseTo(0, 3);
  });

  it("never falls below log(1e-12), and sends no gradient from there", () => {
    const g = new GraphBuilder();
    const centred = g.input("centred", [2]);
    const x = g.constant(vector(0, 0.5));
    g.output(
      "sum",
      g.sum(discretizedGaussianLogLikelihood(g, x, { centred, precision: g.scalar(100) }), [0]),
    );
    const result = evaluateGraph(gradient(g.build(), { of: "sum", withRespectTo: ["centred"] }), {
      centred: vector(-1.5, 2),
    });
    expect(result.sum?.data[0]).toBeCloseTo(2 * Math.log(1e-12), 6);
    expect([...(result["grad.centred"]?.data ?? [])].map(Math.abs)).toEqual([0, 0]);
  });
});
