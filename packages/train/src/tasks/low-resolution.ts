import { InvalidArgumentError, type Tensor } from "@glissade/core";
import { averagePool } from "@glissade/core/image";
import type { RandomGenerator } from "@glissade/core/random";
import { tensor } from "@glissade/graph";

/** How an upsampler's low-resolution input is made from the image that it learns to give back. */
export interface LowResolution {
  readonly side: number;
  /**
   * Probability that the input is blurred (3 x 3, Gaussian, deviation 0.4 to 0.6). Default 0: the
   * reference's clean input.
   */
  readonly blur?: number;
  /**
   * Deviation of noise on the input, in units of [-1, 1]; each image takes a random part of it.
   * Default 0.
   */
  readonly noise?: number;
}

/**
 * Images [B, C, S, S] averaged over squares to [B, C, s, s], and worsened where that is asked
 * for: an upsampler that has seen only perfect inputs carries a base model's faults over.
 *
 * @see Nichol et al. 2021, section 4.1 (a bilinearly resized input without noise); Ho et al. 2021,
 * Cascaded Diffusion Models, arXiv 2106.15282, section 4 (conditioning augmentation)
 */
export function lowResolution(
  images: Tensor,
  { side, blur = 0, noise = 0 }: LowResolution,
  random: RandomGenerator,
): Tensor {
  const [batch = 0, channels = 0, height = 0, width = 0] = images.dims;
  if (height !== width || height % side !== 0)
    throw new InvalidArgumentError({
      argument: "lowRes.side",
      received: side,
      expected: `a divisor of the images' side, ${height}`,
    });
  const small = averagePool(images, height / side);
  const chances = random.rand([batch, 3]).data;
  for (let image = 0; image < batch; image++) {
    const [blurred = 0, deviation = 0] = chances.subarray(3 * image);
    for (let channel = 0; channel < channels && blurred < blur; channel++) {
      const start = (image * channels + channel) * side * side;
      blurPlane(small.data.subarray(start, start + side * side), side, 0.4 + 0.2 * deviation);
    }
  }
  if (noise === 0) return small;
  const added = random.randn(small.dims).data;
  const perImage = channels * side * side;
  return tensor(
    small.dims,
    small.data.map(
      (value, i) =>
        value +
        noise * (chances[3 * Math.floor(i / perImage) + 2] as number) * (added[i] as number),
    ),
  );
}

/** Separable, with edges repeated. */
function blurPlane(plane: Float32Array, side: number, deviation: number): void {
  const neighbour = Math.exp(-1 / (2 * deviation * deviation));
  const [outer, centre] = [neighbour / (1 + 2 * neighbour), 1 / (1 + 2 * neighbour)];
  for (const [step, across] of [
    [1, side],
    [side, 1],
  ] as const) {
    for (let line = 0; line < side; line++) {
      const at = (k: number) => line * across + Math.min(side - 1, Math.max(0, k)) * step;
      const before = Float32Array.from({ length: side }, (_, k) => plane[at(k)] as number);
      for (let k = 0; k < side; k++) {
        plane[at(k)] =
          centre * (before[k] as number) +
          outer *
            ((before[Math.max(0, k - 1)] as number) +
              (before[Math.min(side - 1, k + 1)] as number));
      }
    }
  }
}
