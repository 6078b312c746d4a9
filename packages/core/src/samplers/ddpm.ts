import { assertSameDims, type Tensor } from "@glissade/graph";
import { batchOf, extract, type TimestepIndex } from "../diffusion/batch-weights.ts";
import type { GaussianDiffusion } from "../diffusion/gaussian-diffusion.ts";
import type { Prediction } from "../diffusion/prediction.ts";
import { finishedStep, reverseIndices, type Sampler } from "./sampler.ts";

/**
 * Ancestral sampling: every step draws x_(t-1) from the Gaussian that the network predicts, with
 * the network's own variance.
 *
 * @see Ho, Jain & Abbeel 2020, arXiv 2006.11239, algorithm 2; for learned variances Nichol &
 * Dhariwal 2021, arXiv 2102.09672
 * @example `for await (const { x } of ddpm()({ diffusion, denoise, noise, x: noise([1, 3, 64, 64])
 * })) ...`
 */
export function ddpm(): Sampler {
  return async function* sample(input) {
    const { diffusion, denoise, noise } = input;
    let { x } = input;
    for (const index of reverseIndices(input)) {
      const prediction = await denoise(x, index);
      x = ancestralStep(diffusion, prediction, index, noise(x.dims));
      yield finishedStep(input, index, x, prediction.x0);
    }
  };
}

/**
 * x_(t-1) = mean + sqrt(variance) * noise; the step to the clean image (t = 0) is the mean alone.
 *
 * @param noise standard normal, of the image's shape
 * @param t one step, or one per row
 * @throws InvalidArgumentError where the shapes differ or `t` is no step of the diffusion.
 */
export function ancestralStep(
  diffusion: GaussianDiffusion,
  prediction: Prediction,
  t: TimestepIndex,
  noise: Tensor,
): Tensor {
  const { mean, logVariance } = prediction;
  assertSameDims(mean.dims, noise.dims);
  const batch = batchOf(mean);
  const rowSize = mean.data.length / batch;
  const isNoisy = extract(diffusion.alphasCumprodPrev, t, batch).map((previous) =>
    previous === 1 ? 0 : 1,
  );
  const data = mean.data.slice();
  for (let row = 0; row < batch; row++) {
    if (isNoisy[row] === 0) continue;
    for (let i = row * rowSize; i < (row + 1) * rowSize; i++) {
      data[i] =
        (mean.data[i] as number) +
        Math.exp(0.5 * (logVariance.data[i] as number)) * (noise.data[i] as number);
    }
  }
  return { dtype: "float32", dims: mean.dims, data };
}
