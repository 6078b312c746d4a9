import {
  type AnyTensor,
  InvalidArgumentError,
  type Tensor,
  UnknownNameError,
} from "@glissade/core";
import {
  betaSchedule,
  gaussianDiffusion,
  type MeanType,
  predict,
  predictEpsilonFromX0,
  qPosteriorMeanVariance,
  qSample,
  type VarianceType,
  velocity,
} from "@glissade/core/diffusion";
import { torchGenerator } from "@glissade/core/random";
import {
  evaluateGraph,
  type Graph,
  GraphBuilder,
  gradient,
  sizeOf,
  tensor,
  weightedSum,
} from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { diffusionLoss } from "./diffusion-loss.ts";
import { lossCoefficientNames, lossCoefficients } from "./loss-coefficients.ts";
import { isLearned, type Objective, objective } from "./objective.ts";

const process = gaussianDiffusion(betaSchedule("linear", 100));
const dims = [3, 2, 2, 3];
const t = [40, 80, 7];
const random = torchGenerator(5);
const x0: Tensor = { ...random.rand(dims), data: random.rand(dims).data.map((u) => 1.8 * u - 0.9) };
const noise = random.randn(dims);

const meanTypes: MeanType[] = ["epsilon", "start-x", "velocity", "previous-x"];
const varianceTypes: VarianceType[] = ["fixed-small", "fixed-large", "learned", "learned-range"];
const everyPair = meanTypes.flatMap((meanType) =>
  varianceTypes.map((varianceType) => [meanType, varianceType] as const),
);

/** A network's output near what it should say, with log variances in a sensible range. */
function outputFor({ meanType, varianceType }: Objective, steps: readonly number[]): Tensor {
  const xt = qSample(process, x0, steps, noise);
  const wanted: Record<MeanType, () => Tensor> = {
    epsilon: () => noise,
    "start-x": () => x0,
    velocity: () => velocity(process, x0, steps, noise),
    "previous-x": () => qPosteriorMeanVariance(process, x0, xt, steps).mean,
  };
  const mean = weightedSum([1, wanted[meanType]()], [0.1, torchGenerator(6).randn(dims)]);
  if (!isLearned(varianceType)) return mean;
  const v = torchGenerator(7).randn(dims).data;
  const half = sizeOf(dims.slice(1));
  const data = new Float32Array(2 * mean.data.length);
  for (let row = 0; row < steps.length; row++) {
    data.set(mean.data.subarray(row * half, (row + 1) * half), 2 * row * half);
    for (let i = 0; i < half; i++)
      data[(2 * row + 1) * half + i] =
        varianceType === "learned" ? -5 + (v[row * half + i] ?? 0) : (v[row * half + i] ?? 0);
  }
  return tensor([dims[0] ?? 0, 2 * (dims[1] ?? 0), ...dims.slice(2)], data);
}

function lossGraph(goal: Objective): Graph {
  const g = new GraphBuilder();
  const [, channels = 0, ...space] = dims;
  const { loss, mse, vb } = diffusionLoss(g, {
    output: g.input("output", [
      "batch",
      isLearned(goal.varianceType) ? 2 * channels : channels,
      ...space,
    ]),
    x0: g.input("x0", ["batch", channels, ...space]),
    noise: g.input("noise", ["batch", channels, ...space]),
    xt: g.input("xt", ["batch", channels, ...space]),
    coefficients: g.input("coefficients", ["batch", lossCoefficientNames.length]),
    objective: goal,
  });
  for (const [name, value] of Object.entries({ loss, mse, vb })) if (value) g.output(name, value);
  g.output("total", g.sum(loss, [0]));
  return g.build();
}

function inputsFor(
  goal: Objective,
  steps: readonly number[],
  output: AnyTensor = outputFor(goal, steps),
): Record<string, AnyTensor> {
  return {
    output,
    x0,
    noise,
    xt: qSample(process, x0, steps, noise),
    coefficients: lossCoefficients(process, steps, goal),
  };
}

function evaluate(
  goal: Objective,
  steps: readonly number[],
  output?: AnyTensor,
): Record<string, Float64Array> {
  const results = evaluateGraph(lossGraph(goal), inputsFor(goal, steps, output));
  return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data]));
}

/** The loss's gradient by the network's output. */
function outputGradient(goal: Objective, steps: readonly number[]): Float64Array {
  const graph = gradient(lossGraph(goal), { of: "total", withRespectTo: ["output"] });
  return evaluateGraph(graph, inputsFor(goal, steps))["grad.output"]?.data ?? new Float64Array();
}

/** The mean over each image. */
function perImage(values: ArrayLike<number>): number[] {
  const size = values.length / t.length;
  return t.map(
    (_, row) =>
      Array.from(values)
        .slice(row * size, (row + 1) * size)
        .reduce((sum, value) => sum + value, 0) / size,
  );
}

describe("diffusionLoss", () => {
  it.each(everyPair)(
    "has the textbook's divergence between the posterior and what core predicts (%s, %s)",
    (meanType, varianceType) => {
      const goal = objective({ loss: "vlb", meanType, varianceType, vlbWeight: 1 });
      const output = outputFor(goal, t);
      const xt = qSample(process, x0, t, noise);
      const posterior = qPosteriorMeanVariance(process, x0, xt, t);
      const model = predict(process, output, xt, t, {
        meanType,
        varianceType,
        clipDenoised: false,
      });
      // log(s2 / s1) + (s1^2 + (m1 - m2)^2) / (2 s2^2) - 1 / 2
      const nats = Array.from(posterior.mean.data, (m1, i) => {
        const [s1, s2] = [
          Math.sqrt(posterior.variance.data[i] ?? 0),
          Math.sqrt(model.variance.data[i] ?? 0),
        ];
        return (
          Math.log(s2 / s1) +
          (s1 ** 2 + (m1 - (model.mean.data[i] ?? 0)) ** 2) / (2 * s2 ** 2) -
          0.5
        );
      });
      const { vb, loss } = evaluate(goal, t, output);
      perImage(nats).forEach((expected, row) => {
        // core's float32 means leave no more digits of their difference
        expect((vb?.[row] ?? 0) / (expected / Math.LN2)).toBeCloseTo(1, 3);
        expect(loss?.[row]).toBe(vb?.[row]);
      });
    },
  );

  it.each(everyPair)("has the decoder's likelihood at t = 0 (%s, %s)", (meanType, varianceType) => {
    const goal = objective({ loss: "vlb", meanType, varianceType });
    const steps = [0, 0, 0];
    const output = outputFor(goal, steps);
    const xt = qSample(process, x0, steps, noise);
    const { mean, logVariance } = predict(process, output, xt, steps, {
      meanType,
      varianceType,
      clipDenoised: false,
    });
    const cdf = (x: number) =>
      0.5 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
    const nats = Array.from(x0.data, (x, i) => {
      const deviation = Math.exp((logVariance.data[i] ?? 0) / 2);
      const z = (edge: number) => (x - (mean.data[i] ?? 0) + edge) / deviation;
      return -Math.log(Math.max(1e-12, cdf(z(1 / 255)) - cdf(z(-1 / 255))));
    });
    const { vb, loss } = evaluate(goal, steps, output);
    perImage(nats).forEach((expected, row) => {
      expect((vb?.[row] ?? 0) / (expected / Math.LN2)).toBeCloseTo(1, 3);
      // L_vlb's estimate from one step
      expect((loss?.[row] ?? 0) / (vb?.[row] ?? 0)).toBeCloseTo(process.numTimesteps, 6);
    });
  });

  it.each(everyPair)(
    "has the derivative that central differences give (%s, %s)",
    (meanType, varianceType) => {
      for (const goal of [
        objective({ loss: "vlb", meanType, varianceType, vlbWeight: 1 }),
        objective({ loss: "simple", meanType, varianceType, minSnrGamma: 5 }),
      ]) {
        const steps = [0, 99, 7];
        const graph = lossGraph(goal);
        const inputs = inputsFor(goal, steps);
        const output: AnyTensor = {
          dtype: "float64",
          dims: inputs.output?.dims ?? [],
          data: Float64Array.from((inputs.output as Tensor).data),
        };
        const analytic = outputGradient(goal, steps);
        for (let i = 0; i < analytic.length; i += 5) {
          const at = (shift: number) => {
            const shifted = output.data.slice() as Float64Array;
            shifted[i] = (shifted[i] ?? 0) + shift;
            return (
              evaluateGraph(graph, {
                ...inputs,
                output: { dtype: "float64", dims: output.dims, data: shifted },
              }).total?.data[0] ?? 0
            );
          };
          const difference = (at(1e-5) - at(-1e-5)) / 2e-5;
          expect(Math.abs((analytic[i] ?? 0) - difference)).toBeLessThan(
            1e-5 * Math.max(1, Math.abs(difference)),
          );
        }
      }
    },
  );

  it.each(meanTypes)(
    "trains the mean by the squared error alone and the variance by the bound alone in the hybrid loss (%s)",
    (meanType) => {
      const steps = [0, 60, 7];
      const half = sizeOf(dims.slice(1));
      const channelsOf = (values: Float64Array, part: 0 | 1) =>
        steps.map((_, row) => [
          ...values.subarray((2 * row + part) * half, (2 * row + part + 1) * half),
        ]);
      const hybrid = outputGradient(objective({ meanType, vlbWeight: 0.25 }), steps);
      const simple = outputGradient(objective({ loss: "simple", meanType }), steps);
      const bound = outputGradient(objective({ loss: "vlb", meanType, vlbWeight: 0.25 }), steps);
      expect(channelsOf(hybrid, 0)).toEqual(channelsOf(simple, 0));
      expect(channelsOf(hybrid, 1)).toEqual(channelsOf(bound, 1));
    },
  );

  it("weighs the hybrid loss's bound by T / 1000", () => {
    const { loss, mse, vb } = evaluate(objective(), t);
    t.forEach((_, row) => {
      expect(loss?.[row]).toBeCloseTo((mse?.[row] ?? 0) + 0.1 * (vb?.[row] ?? 0), 6);
    });
  });

  it("is the noise's mean squared error for L_simple", () => {
    const goal = objective({ loss: "simple", varianceType: "fixed-small" });
    const output = tensor(dims);
    const { loss, mse, vb } = evaluate(goal, t, output);
    perImage(noise.data.map((value) => value * value)).forEach((expected, row) => {
      expect(mse?.[row]).toBeCloseTo(expected, 6);
      expect(loss?.[row]).toBeCloseTo(expected, 6);
    });
    expect(vb).toBeUndefined();
  });

  it("refuses an output without the variance's channels, and coefficients of another shape", () => {
    const g = new GraphBuilder();
    const image = (name: string, channels = 2) => g.input(name, [1, channels, 2, 2]);
    const images = {
      x0: image("x0"),
      noise: image("noise"),
      xt: image("xt"),
      objective: objective(),
    };
    const coefficients = g.input("coefficients", [1, lossCoefficientNames.length]);
    expect(() => diffusionLoss(g, { ...images, output: image("mean"), coefficients })).toThrow(
      InvalidArgumentError,
    );
    expect(() =>
      diffusionLoss(g, {
        ...images,
        output: image("output", 4),
        coefficients: g.input("few", [1, 2]),
      }),
    ).toThrow(/lossCoefficients/);
  });
});

describe("min-SNR weighting", () => {
  it("is one loss in four forms: one prediction weighs the same whatever the network says it as", () => {
    const steps = [10, 50, 75];
    const xt = qSample(process, x0, steps, noise);
    const predicted = weightedSum([1, x0], [0.2, torchGenerator(8).randn(dims)]);
    const epsilon = predictEpsilonFromX0(process, xt, steps, predicted);
    const said: Record<MeanType, Tensor> = {
      epsilon,
      "start-x": predicted,
      velocity: velocity(process, predicted, steps, epsilon),
      "previous-x": qPosteriorMeanVariance(process, predicted, xt, steps).mean,
    };
    const losses = meanTypes.map(
      (meanType) =>
        evaluate(
          objective({ loss: "simple", meanType, varianceType: "fixed-small", minSnrGamma: 5 }),
          steps,
          said[meanType],
        ).loss,
    );
    const gamma = 5;
    perImage(predicted.data.map((value, i) => (value - (x0.data[i] ?? 0)) ** 2)).forEach(
      (squared, row) => {
        const abar = process.alphasCumprod[steps[row] ?? 0] ?? 0;
        // Hang et al. 2023, equation 8
        const expected = Math.min(abar / (1 - abar), gamma) * squared;
        for (const loss of losses) expect((loss?.[row] ?? 0) / expected).toBeCloseTo(1, 4);
      },
    );
  });
});

describe("objective", () => {
  it("is GLIDE's by default", () => {
    expect(objective()).toEqual({
      loss: "hybrid",
      meanType: "epsilon",
      varianceType: "learned-range",
      vlbWeight: undefined,
      minSnrGamma: undefined,
    });
  });

  it("refuses what does not exist or does not fit", () => {
    expect(() => objective({ loss: "l1" as "vlb" })).toThrow(UnknownNameError);
    expect(() => objective({ varianceType: "fixed-small" })).toThrow(/trains the variance/);
    expect(() => objective({ minSnrGamma: 0 })).toThrow(InvalidArgumentError);
    expect(() => lossCoefficients(process, [100], objective())).toThrow(/0 to 99/);
  });
});
