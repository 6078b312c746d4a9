import type { Tensor } from "@glissade/graph";
import { assertPositiveInteger, InvalidArgumentError } from "@glissade/graph";
import { batchOf, weightedSumByRow } from "../diffusion/batch-weights.ts";
import type { GaussianDiffusion } from "../diffusion/gaussian-diffusion.ts";
import { finishedStep, reverseIndices, type Sampler, type SamplerStep } from "./sampler.ts";

export interface LangevinCorrectorOptions {
  /**
   * Makes the steps that are corrected. One that remembers nothing between steps (`ddpm`, `ddim`,
   * `euler`, `eulerAncestral`, `heun`): it is started anew at each.
   */
  readonly predictor: Sampler;
  /** Corrector evaluations after each step: the paper's M. Default 1. */
  readonly correctorSteps?: number;
  /**
   * The paper's r: how long a Langevin step is beside the noise it adds. Default 0.16, its value
   * for variance-exploding models.
   */
  readonly signalToNoise?: number;
}

/**
 * Predictor-corrector sampling: after each step of another sampler, Langevin dynamics at the new
 * noise level pull the image back to where images of that level lie. The last step, to the clean
 * image, is not corrected.
 *
 * @throws InvalidArgumentError where `correctorSteps` is no positive integer or `signalToNoise` is
 * not greater than 0.
 * @see Song et al. 2021, arXiv 2011.13456, algorithms 1 and 5
 * @example `langevinCorrector({ predictor: ddpm(), signalToNoise: 0.1 })`
 */
export function langevinCorrector({
  predictor,
  correctorSteps = 1,
  signalToNoise = 0.16,
}: LangevinCorrectorOptions): Sampler {
  assertPositiveInteger("correctorSteps", correctorSteps);
  if (!(signalToNoise > 0))
    throw new InvalidArgumentError({
      argument: "signalToNoise",
      received: signalToNoise,
      expected: "a number greater than 0",
    });
  return async function* sample(input) {
    const { diffusion, denoise, noise, signal } = input;
    let { x } = input;
    for (const index of reverseIndices(input)) {
      const predicted = await firstStep(predictor({ ...input, x, from: index }));
      x = predicted.x;
      let { x0 } = predicted;
      for (let k = 0; k < correctorSteps && index > 0; k++) {
        signal?.throwIfAborted();
        const prediction = await denoise(x, index - 1);
        x = correctorStep(diffusion, x, prediction.epsilon, index - 1, {
          signalToNoise,
          noise: noise(x.dims),
        });
        x0 = prediction.x0;
      }
      yield finishedStep(input, index, x, x0);
    }
  };
}

/**
 * x + e score + sqrt(2 e) noise with score = -epsilon / sqrt(1 - abar_t), and e = 2 (1 - beta_t) (r
 * |noise| / |score|)^2 chosen for each row by itself, so that an image does not depend on its
 * neighbours in the batch.
 */
function correctorStep(
  diffusion: GaussianDiffusion,
  x: Tensor,
  epsilon: Tensor,
  t: number,
  { signalToNoise, noise }: { signalToNoise: number; noise: Tensor },
): Tensor {
  const deviation = diffusion.sqrtOneMinusAlphasCumprod[t] as number;
  const alpha = 1 - (diffusion.betas[t] as number);
  const noiseNorms = rowNorms(noise);
  const stepSizes = rowNorms(epsilon).map(
    (norm, row) =>
      2 * alpha * ((signalToNoise * (noiseNorms[row] as number) * deviation) / norm) ** 2,
  );
  return weightedSumByRow(
    [stepSizes.map(() => 1), x],
    [stepSizes.map((size) => -size / deviation), epsilon],
    [stepSizes.map((size) => Math.sqrt(2 * size)), noise],
  );
}

function rowNorms(x: Tensor): Float64Array {
  const batch = batchOf(x);
  const rowSize = x.data.length / batch;
  return Float64Array.from({ length: batch }, (_, row) =>
    Math.sqrt(
      x.data
        .subarray(row * rowSize, (row + 1) * rowSize)
        .reduce((sum, value) => sum + value * value, 0),
    ),
  );
}

async function firstStep(run: AsyncGenerator<SamplerStep, void, void>): Promise<SamplerStep> {
  for await (const step of run) return step;
  throw new InvalidArgumentError({
    argument: "predictor",
    received: "a run without steps",
    expected: "a sampler that goes from noise to image",
  });
}
