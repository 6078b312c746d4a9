import type { GraphBuilder, Value } from "@glissade/graph";
import { knownLength, tensor } from "@glissade/graph";
import { bilinearWeights } from "../image/resampling-weights.ts";

export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

/**
 * Bilinear resizing of [B, C, h, w] as two products with constant interpolation matrices, so that
 * it needs no operation (and no derivative) of its own. Pixel centres are aligned (PyTorch's
 * `align_corners=False`), without antialiasing.
 */
export function bilinearResize(g: GraphBuilder, x: Value, { height, width }: ImageSize): Value {
  const tall = g.matmul(g.constant(interpolationMatrix(knownLength(x.dims, 2), height)), x);
  return g.matmul(tall, g.constant(interpolationMatrix(knownLength(x.dims, 3), width)), {
    transposeB: true,
  });
}

/** [output, input]: what each output takes of each input. */
function interpolationMatrix(input: number, output: number) {
  const matrix = tensor([output, input]);
  const { starts, weights } = bilinearWeights(input, output);
  weights.forEach((row, i) => {
    matrix.data.set(row, i * input + (starts[i] as number));
  });
  return matrix;
}
