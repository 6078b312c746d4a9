import { assertSameDims, InvalidArgumentError, type Tensor } from "@glissade/graph";

/**
 * Puts known pixels into a predicted image: x0 (1 - mask) + known mask, the reference's
 * `denoised_fn` for inpainting. Given to `predict`, it holds the known region in every step; in the
 * last one, where the posterior's mean is x_0 itself, the sample has it too.
 *
 * @param known the image, `[B, C, H, W]` in [-1, 1]; what lies outside the mask does not matter
 * @param mask `[B, 1, H, W]`, 1 where the image is known, 0 where it is to be made, between them
 * for a soft edge
 * @throws InvalidArgumentError where the shapes do not fit
 * @see Nichol et al. 2021, section 4.3, and the inpainting notebook of openai/glide-text2im
 * @example `predict(diffusion, output, x, t, { denoisedFn: keepKnown(known, mask) })`
 */
export function keepKnown(known: Tensor, mask: Tensor): (x0: Tensor) => Tensor {
  const [batch = 0, channels = 0, height = 0, width = 0] = known.dims;
  const pixels = height * width;
  if (known.dims.length !== 4 || mask.dims.join() !== [batch, 1, height, width].join())
    throw new InvalidArgumentError({
      argument: "mask",
      received: mask.dims,
      expected: `[${batch}, 1, ${height}, ${width}] for an image of [${known.dims.join(", ")}]`,
    });
  return (x0) => {
    assertSameDims(known.dims, x0.dims);
    const data = x0.data.map((value, i) => {
      const kept = mask.data[Math.floor(i / (channels * pixels)) * pixels + (i % pixels)] as number;
      return value * (1 - kept) + (known.data[i] as number) * kept;
    });
    return { dtype: "float32", dims: x0.dims, data };
  };
}
