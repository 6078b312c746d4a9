import type { Tensor } from "@glissade/core";
import type { RandomGenerator } from "@glissade/core/random";
import { tensor } from "@glissade/graph";

/** One image in ten is erased as a whole, so that the network stays a text-to-image one. */
const wholeShare = 0.1;

/**
 * Masks [B, 1, side, side] for learning to inpaint, 1 = known: one to three random rectangles or
 * ellipses are erased from each image, a tenth to nine tenths of a side wide.
 *
 * @see Nichol et al. 2021, section 4.3: "random regions of training examples are erased"
 */
export function erasedRegions(
  batch: number,
  side: number,
  random: Pick<RandomGenerator, "rand">,
): Tensor {
  const masks = tensor([batch, 1, side, side], new Float32Array(batch * side * side).fill(1));
  for (let image = 0; image < batch; image++) {
    const mask = masks.data.subarray(image * side * side, (image + 1) * side * side);
    const [whole = 0, count = 0] = random.rand([2]).data;
    if (whole < wholeShare) mask.fill(0);
    else
      for (let i = 0; i < 1 + Math.floor(3 * count); i++)
        eraseOne(mask, side, random.rand([5]).data);
  }
  return masks;
}

function eraseOne(
  mask: Float32Array,
  side: number,
  [shape = 0, width = 0, height = 0, centreX = 0, centreY = 0]: Float32Array,
): void {
  const radiusX = (0.05 + 0.4 * width) * side;
  const radiusY = (0.05 + 0.4 * height) * side;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const dx = (x + 0.5 - centreX * side) / radiusX;
      const dy = (y + 0.5 - centreY * side) / radiusY;
      const inside = shape < 0.5 ? Math.abs(dx) < 1 && Math.abs(dy) < 1 : dx * dx + dy * dy < 1;
      if (inside) mask[y * side + x] = 0;
    }
  }
}
