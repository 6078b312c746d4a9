import { InvalidArgumentError, tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { cosineProcess, glide, largestError } from "./__fixtures__/reference-pixels.ts";
import { qMeanVariance, qSample } from "./forward-process.ts";
import { qPosteriorMeanVariance } from "./posterior.ts";

const { t, x, x0, noise } = glide;

describe("qSample", () => {
  it("adds the reference's noise, for rows at different timesteps", () => {
    const expected = [-0.279035, -0.62552506, -0.682649, -1.0885818, -1.0858725, 0.7438161];
    expect(largestError(qSample(cosineProcess, x0, t, noise), expected)).toBeLessThan(1e-6);
  });

  it("takes one timestep for the whole batch", () => {
    expect(qSample(cosineProcess, x0, 3, noise)).toEqual(qSample(cosineProcess, x0, [3, 3], noise));
  });

  it("refuses noise of another shape and steps outside the diffusion", () => {
    expect(() => qSample(cosineProcess, x0, t, tensor([2, 3, 1, 2]))).toThrow(InvalidArgumentError);
    expect(() => qSample(cosineProcess, x0, 10, noise)).toThrow("0 to 9");
  });
});

describe("qMeanVariance", () => {
  it("is the reference's", () => {
    const { mean, variance, logVariance } = qMeanVariance(cosineProcess, x0, t);
    expect(
      largestError(
        mean,
        [-0.028845694, -0.6202087, -0.44158572, -0.92706823, -0.9652473, 0.595736],
      ),
    ).toBeLessThan(1e-6);
    expect(
      largestError(
        variance,
        [0.4207694, 0.4207694, 0.4207694, 0.034413066, 0.034413066, 0.034413066],
      ),
    ).toBeLessThan(1e-7);
    expect(
      largestError(
        logVariance,
        [-0.8656703, -0.8656703, -0.8656703, -3.369319, -3.369319, -3.369319],
      ),
    ).toBeLessThan(1e-6);
  });
});

describe("qPosteriorMeanVariance", () => {
  it("is the reference's", () => {
    const { mean, variance, logVariance } = qPosteriorMeanVariance(cosineProcess, x0, x, t);
    expect(
      largestError(
        mean,
        [-0.58027065, -0.84352577, -0.58843315, -0.94351107, -0.9801173, 0.6074468],
      ),
    ).toBeLessThan(1e-6);
    expect(
      largestError(
        variance,
        [0.13450372, 0.13450372, 0.13450372, 4.12364e-5, 4.12364e-5, 4.12364e-5],
      ),
    ).toBeLessThan(1e-7);
    expect(
      largestError(
        logVariance,
        [-2.0061634, -2.0061634, -2.0061634, -10.0961895, -10.0961895, -10.0961895],
      ),
    ).toBeLessThan(1e-6);
  });

  it("is the product of the two Gaussians q(x_t | x_(t-1)) and q(x_(t-1) | x_0), by Bayes' rule", () => {
    const beta = cosineProcess.betas[4] as number;
    const previous = cosineProcess.alphasCumprodPrev[4] as number;
    const precision = (1 - beta) / beta + 1 / (1 - previous);
    const { mean, variance } = qPosteriorMeanVariance(cosineProcess, x0, x, 4);
    const byBayes = (i: number) =>
      ((Math.sqrt(1 - beta) * (x.data[i] as number)) / beta +
        (Math.sqrt(previous) * (x0.data[i] as number)) / (1 - previous)) /
      precision;
    expect(largestError(mean, [0, 1, 2, 3, 4, 5].map(byBayes))).toBeLessThan(1e-6);
    expect(variance.data[0]).toBeCloseTo(1 / precision, 7);
  });
});
