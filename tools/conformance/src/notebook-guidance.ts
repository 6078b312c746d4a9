import type { Tensor } from "@glissade/core";
import { classifierFreeGuidance } from "@glissade/core/guidance";
import { concatRows, rows } from "@glissade/graph";

/** The first half of 2B rows, twice: what the notebooks' model function shows the network. */
export function firstHalfTwice(x: Tensor): Tensor {
  const seen = rows(x, 0, (x.dims[0] ?? 0) / 2);
  return concatRows([seen, seen]);
}

/**
 * The notebooks' classifier-free guidance over 2B rows, conditional ones first: both halves go on
 * with the guided noise and their own variance.
 */
export function notebookGuidance(output: Tensor, scale: number): Tensor {
  const count = (output.dims[0] ?? 0) / 2;
  const unconditional = rows(output, count, 2 * count);
  const guided = classifierFreeGuidance(rows(output, 0, count), unconditional, scale);
  return concatRows([guided, withImageChannels(unconditional, guided)]);
}

/** The image channels of one tensor with the variance channels of another. */
function withImageChannels(variance: Tensor, image: Tensor): Tensor {
  const rowSize = variance.data.length / (variance.dims[0] ?? 1);
  return {
    ...variance,
    data: variance.data.map((value, i) =>
      i % rowSize < rowSize / 2 ? (image.data[i] as number) : value,
    ),
  };
}
