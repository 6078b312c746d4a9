import { InvalidArgumentError, tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { cosineProcess, glide, largestError } from "../diffusion/__fixtures__/reference-pixels.ts";
import { qSample } from "../diffusion/forward-process.ts";
import { predict } from "../diffusion/prediction.ts";
import { conditionMean, conditionScore } from "./gradient.ts";

const { t, x, modelOutput, gradient } = glide;
const prediction = predict(cosineProcess, modelOutput, x, t);

describe("conditionMean", () => {
  it("moves the mean as the reference does, and nothing else", () => {
    const guided = conditionMean(prediction, gradient);
    expect(
      largestError(
        guided.mean,
        [-1.0935965, -1.0084275, -0.6008785, -1.0003895, 0.9995255, 1.0007287],
      ),
    ).toBeLessThan(1e-6);
    expect(guided).toEqual({ ...prediction, mean: guided.mean });
  });

  it("refuses a gradient of another shape", () => {
    expect(() => conditionMean(prediction, tensor([2, 3, 1, 2]))).toThrow(InvalidArgumentError);
  });
});

describe("conditionScore", () => {
  const guided = conditionScore(cosineProcess, prediction, x, t, gradient);

  it("gives the reference's x_0, unclipped, and mean", () => {
    expect(
      largestError(
        guided.x0,
        [-1.2595248, -1.2997288, -0.38745943, -1.0055459, 0.9968347, 1.0002487],
      ),
    ).toBeLessThan(1e-6);
    expect(
      largestError(
        guided.mean,
        [-1.1288053, -1.0612174, -0.5018816, -1.0055399, 0.9966811, 1.0009719],
      ),
    ).toBeLessThan(1e-6);
    expect([guided.variance, guided.logVariance]).toEqual([
      prediction.variance,
      prediction.logVariance,
    ]);
  });

  it("keeps x_0 and epsilon in agreement about x_t", () => {
    expect(
      largestError(qSample(cosineProcess, guided.x0, t, guided.epsilon), [...x.data]),
    ).toBeLessThan(1e-6);
  });

  it("samples the product of the model and the classifier where both are Gaussian", () => {
    // x_t ~ N(0, 1) under the model, so epsilon = sqrt(1 - abar) x_t; the classifier's
    // log-probability is -(x_t - a)^2 / (2 s^2). Their product has the score -x_t - (x_t - a) /
    // s^2, and epsilon is -sqrt(1 - abar) times the score (Song et al. 2021).
    const [a, s] = [0.8, 0.5];
    const deviation = cosineProcess.sqrtOneMinusAlphasCumprod[5] as number;
    const xt = tensor([1, 1, 1, 1], [0.3]);
    const output = tensor([1, 1, 1, 1], [deviation * 0.3]);
    const unguided = predict(cosineProcess, output, xt, 5, {
      varianceType: "fixed-small",
      clipDenoised: false,
    });
    const { epsilon } = conditionScore(
      cosineProcess,
      unguided,
      xt,
      5,
      tensor([1, 1, 1, 1], [-(0.3 - a) / s ** 2]),
    );
    expect(epsilon.data[0]).toBeCloseTo(-deviation * (-0.3 - (0.3 - a) / s ** 2), 6);
  });
});
