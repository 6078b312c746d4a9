import {
  assertSameDims,
  InvalidArgumentError,
  mapTensor,
  sizeOf,
  type Tensor,
  UnknownNameError,
} from "@glissade/graph";
import { batchOf, extract, filledByRow, type TimestepIndex } from "./batch-weights.ts";
import type { GaussianDiffusion } from "./gaussian-diffusion.ts";

/**
 * The variance of p(x_(t-1) | x_t): the posterior's (`fixed-small`), beta_t (`fixed-large`), or
 * from the network's last C channels, as log variance itself (`learned`) or as a position between
 * the two fixed ones (`learned-range`; Nichol & Dhariwal 2021, arXiv 2102.09672, equation 15).
 */
export type VarianceType = "fixed-small" | "fixed-large" | "learned" | "learned-range";

export const varianceTypes: readonly VarianceType[] = [
  "fixed-small",
  "fixed-large",
  "learned",
  "learned-range",
];

/** @throws UnknownNameError if there is no such variance type. */
export function assertVarianceType(varianceType: VarianceType): void {
  if (!varianceTypes.includes(varianceType))
    throw new UnknownNameError({
      kind: "variance type",
      asked: varianceType,
      known: varianceTypes,
    });
}

/**
 * log Sigma of p(x_(t-1) | x_t). For `learned-range` v log beta_t + (1 - v) log beta~_t, with the
 * fraction v that the network predicts.
 *
 * @see Nichol & Dhariwal 2021, arXiv 2102.09672, equation 15
 */
export function predictLogVariance(
  diffusion: GaussianDiffusion,
  varianceOutput: Tensor,
  x: Tensor,
  t: TimestepIndex,
  varianceType: VarianceType,
): Tensor {
  const batch = batchOf(x);
  switch (varianceType) {
    case "fixed-small":
      return filledByRow(x.dims, extract(diffusion.posteriorLogVarianceClipped, t, batch));
    case "fixed-large":
      return filledByRow(x.dims, extract(fixedLargeVariance(diffusion), t, batch).map(Math.log));
    case "learned":
      return varianceOutput;
    case "learned-range": {
      const smallest = extract(diffusion.posteriorLogVarianceClipped, t, batch);
      const largest = extract(diffusion.betas, t, batch).map(Math.log);
      const rowSize = sizeOf(x.dims) / batch;
      const data = new Float32Array(varianceOutput.data.length);
      for (let row = 0; row < batch; row++) {
        const [low, high] = [smallest[row] as number, largest[row] as number];
        for (let i = row * rowSize; i < (row + 1) * rowSize; i++) {
          // the network is trained to say -1 .. 1, and is not held to it
          const fraction = ((varianceOutput.data[i] as number) + 1) / 2;
          data[i] = fraction * high + (1 - fraction) * low;
        }
      }
      return { dtype: "float32", dims: x.dims, data };
    }
  }
}

/**
 * The fixed variances come from the diffusion itself: the clipped logarithm of `fixed-small` is not
 * the logarithm of its variance at t = 0, which is 0.
 */
export function predictVariance(
  diffusion: GaussianDiffusion,
  logVariance: Tensor,
  t: TimestepIndex,
  varianceType: VarianceType,
): Tensor {
  const { dims } = logVariance;
  const batch = batchOf(logVariance);
  if (varianceType === "fixed-small")
    return filledByRow(dims, extract(diffusion.posteriorVariance, t, batch));
  if (varianceType === "fixed-large")
    return filledByRow(dims, extract(fixedLargeVariance(diffusion), t, batch));
  return mapTensor(logVariance, Math.exp);
}

/**
 * beta_t, except at t = 0, where the posterior's variance of step 1 gives a better likelihood (Ho
 * et al. 2020's code).
 */
function fixedLargeVariance(diffusion: GaussianDiffusion): Float64Array {
  return diffusion.betas.map((beta, t) =>
    t === 0 ? (diffusion.posteriorVariance[1] ?? beta) : beta,
  );
}

/** `[B, 2C, ...]` as two tensors `[B, C, ...]`; with a fixed variance there is only the first. */
export function splitChannels(
  modelOutput: Tensor,
  x: Tensor,
  varianceType: VarianceType,
): { meanOutput: Tensor; varianceOutput: Tensor } {
  if (varianceType === "fixed-small" || varianceType === "fixed-large") {
    assertSameDims(x.dims, modelOutput.dims);
    return { meanOutput: modelOutput, varianceOutput: modelOutput };
  }
  const [meanOutput, varianceOutput] = splitChannelHalves(modelOutput);
  assertSameDims(x.dims, meanOutput.dims);
  return { meanOutput, varianceOutput };
}

/**
 * The first and the last half of the channels of `[B, 2C, ...]`. @throws InvalidArgumentError where
 * the number of channels is odd.
 */
export function splitChannelHalves(x: Tensor): readonly [Tensor, Tensor] {
  const [batch = 0, channels = 0, ...space] = x.dims;
  if (x.dims.length < 2 || channels % 2 !== 0)
    throw new InvalidArgumentError({
      argument: "modelOutput",
      received: x.dims,
      expected: "a shape [B, 2C, ...]",
    });
  const half = (channels / 2) * sizeOf(space);
  const dims = [batch, channels / 2, ...space];
  if (batch === 1) {
    return [
      { dtype: "float32", dims, data: x.data.subarray(0, half) },
      { dtype: "float32", dims, data: x.data.subarray(half) },
    ];
  }
  const first = new Float32Array(batch * half);
  const last = new Float32Array(batch * half);
  for (let row = 0; row < batch; row++) {
    first.set(x.data.subarray(2 * row * half, (2 * row + 1) * half), row * half);
    last.set(x.data.subarray((2 * row + 1) * half, (2 * row + 2) * half), row * half);
  }
  return [
    { dtype: "float32", dims, data: first },
    { dtype: "float32", dims, data: last },
  ];
}
