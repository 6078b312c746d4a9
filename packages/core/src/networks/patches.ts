import type { Dim, GraphBuilder, Value } from "@glissade/graph";

/**
 * Each square of `size` x `size` pixels becomes the channels of one: [B, C, H, W] to [B, C · size²,
 * H / size, W / size]; PyTorch's PixelUnshuffle.
 *
 * @see Shi et al. 2016, arXiv 1609.05158, section 3.2
 */
export function patchify(g: GraphBuilder, x: Value, size: number): Value {
  if (size === 1) return x;
  const [batch, channels, height, width] = x.dims as [Dim, number, number, number];
  const split = g.reshape(x, [batch, channels, height / size, size, width / size, size]);
  return g.reshape(g.transpose(split, [0, 1, 3, 5, 2, 4]), [
    batch,
    channels * size * size,
    height / size,
    width / size,
  ]);
}

/** The inverse: [B, C · size², h, w] to [B, C, h · size, w · size]; PyTorch's PixelShuffle. */
export function unpatchify(g: GraphBuilder, x: Value, size: number): Value {
  if (size === 1) return x;
  const [batch, channels, height, width] = x.dims as [Dim, number, number, number];
  const split = g.reshape(x, [batch, channels / (size * size), size, size, height, width]);
  return g.reshape(g.transpose(split, [0, 1, 4, 2, 5, 3]), [
    batch,
    channels / (size * size),
    height * size,
    width * size,
  ]);
}
