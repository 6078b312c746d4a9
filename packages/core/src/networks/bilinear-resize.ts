import type { GraphBuilder, Value } from "../graph/builder.ts";
import { knownLength } from "../graph/operation.ts";
import { tensor } from "../tensor.ts";

export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

/**
 * Bilinear resizing of [B, C, h, w] as two products with constant interpolation matrices, so that it needs no operation (and no derivative) of its own.
 * Pixel centres are aligned (PyTorch's `align_corners=False`), without antialiasing.
 */
export function bilinearResize(g: GraphBuilder, x: Value, { height, width }: ImageSize): Value {
  const tall = g.matmul(g.constant(interpolationMatrix(knownLength(x.dims, 2), height)), x);
  return g.matmul(tall, g.constant(interpolationMatrix(knownLength(x.dims, 3), width)), { transposeB: true });
}

/** [output, input] weights: row i mixes the two inputs around (i + 0.5) input / output - 0.5, clamped to the edges. */
function interpolationMatrix(input: number, output: number) {
  const weights = tensor([output, input]);
  for (let i = 0; i < output; i++) {
    const position = Math.max(0, ((i + 0.5) * input) / output - 0.5);
    const left = Math.min(Math.floor(position), input - 1);
    const right = Math.min(left + 1, input - 1);
    const fraction = position - left;
    weights.data[i * input + left] = 1 - fraction;
    weights.data[i * input + right] = (weights.data[i * input + right] as number) + fraction;
  }
  return weights;
}
