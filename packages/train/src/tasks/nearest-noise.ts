import { assertPositiveInteger, type Tensor } from "@glissade/graph";
import type { StepRandom } from "./training-task.ts";

/** What draws noise, and how the random numbers are called. */
type Gaussian = Pick<ReturnType<StepRandom>, "randn">;

/**
 * Noise for a batch: of `candidates` draws for each image the one nearest to it. Images then meet
 * noise of their own part of the space, which is easier to learn and changes the noise's
 * distribution little for few candidates.
 *
 * @param images `[B, C, H, W]`
 * @param candidates 1 is plain noise
 * @returns the shape of `images`
 * @throws InvalidArgumentError if `candidates` is no whole number from 1
 * @see Li et al. 2024, Immiscible Diffusion, arXiv 2406.12303: here each image chooses from its own
 * draws, where the paper assigns a batch's noises to its images
 * @example `nearestNoise(images, 4, random("noise"))`
 */
export function nearestNoise(images: Tensor, candidates: number, random: Gaussian): Tensor {
  assertPositiveInteger("candidates", candidates);
  const [batch = 0, ...rest] = images.dims;
  if (candidates === 1) return random.randn(images.dims);
  const size = batch === 0 ? 0 : images.data.length / batch;
  const data = new Float32Array(images.data.length);
  for (let row = 0; row < batch; row++) {
    const image = images.data.subarray(row * size, (row + 1) * size);
    const drawn = random.randn([candidates, ...rest]).data;
    data.set(nearestOf(image, drawn), row * size);
  }
  return { dtype: "float32", dims: images.dims, data };
}

/** |n - x|^2 = |n|^2 - 2 <n, x> + |x|^2, of which the last is the same for all. */
function nearestOf(image: Float32Array, drawn: Float32Array): Float32Array {
  let nearest = drawn.subarray(0, image.length);
  let least = Number.POSITIVE_INFINITY;
  for (let start = 0; start < drawn.length; start += image.length) {
    const noise = drawn.subarray(start, start + image.length);
    let distance = 0;
    for (let i = 0; i < image.length; i++) {
      const value = noise[i] as number;
      distance += value * (value - 2 * (image[i] as number));
    }
    if (distance < least) [least, nearest] = [distance, noise];
  }
  return nearest;
}
