import {
  addWeighted,
  assertSameDims,
  InvalidArgumentError,
  sizeOf,
  type Tensor,
} from "@glissade/graph";

/** A step of a (respaced) diffusion, 0 = least noise: one for the whole batch, or one per row. */
export type TimestepIndex = number | readonly number[];

/**
 * `values[t]` for every row of a batch: how a constant of the diffusion meets a tensor. It is rounded
 * to float32 here and not before, as in the reference: where differences of nearly equal constants
 * are taken (1 - abar_(t-1) at low noise), that rounding is visible in the results.
 *
 * @throws InvalidArgumentError where `t` is no step of the diffusion, or has not one entry per row.
 */
export function extract(values: Float64Array, t: TimestepIndex, batch: number): Float64Array {
  return Float64Array.from(stepOfRows(t, batch, values.length), (step) =>
    Math.fround(values[step] as number),
  );
}

/**
 * The step of each row of a batch.
 *
 * @throws InvalidArgumentError where `t` is no step of the diffusion, or has not one entry per row.
 */
export function stepOfRows(t: TimestepIndex, batch: number, numTimesteps: number): number[] {
  const steps = typeof t === "number" ? new Array<number>(batch).fill(t) : [...t];
  if (steps.length !== batch)
    throw new InvalidArgumentError({
      argument: "t",
      received: t,
      expected: `one step, or one for each of the ${batch} rows`,
    });
  for (const step of steps)
    if (!(Number.isInteger(step) && step >= 0 && step < numTimesteps))
      throw new InvalidArgumentError({
        argument: "t",
        received: step,
        expected: `an integer from 0 to ${numTimesteps - 1}, a step of this diffusion`,
      });
  return steps;
}

/**
 * `sum of weights[row] * tensor[row]` where every row of the batch has its own weights; accumulated
 * in float64 and rounded once.
 */
export function weightedSumByRow(
  ...terms: readonly (readonly [weights: Float64Array, term: Tensor])[]
): Tensor {
  const [first] = terms;
  if (!first)
    throw new InvalidArgumentError({
      argument: "terms",
      received: terms,
      expected: "at least one [weights, tensor] pair",
    });
  const { dims, data } = first[1];
  const batch = batchOf(first[1]);
  for (const [weights, term] of terms) {
    assertSameDims(dims, term.dims);
    if (weights.length !== batch)
      throw new InvalidArgumentError({
        argument: "weights",
        received: weights,
        expected: `${batch} weights, one per row`,
      });
  }
  const rowSize = data.length / batch;
  const arrays = terms.map(([, term]) => term.data);
  const sum = new Float32Array(data.length);
  for (let row = 0; row < batch; row++) {
    const rowWeights = terms.map(([weights]) => weights[row] as number);
    addWeighted(sum, row * rowSize, (row + 1) * rowSize, rowWeights, arrays);
  }
  return { dtype: "float32", dims, data: sum };
}

/** A tensor of the given shape whose rows are each filled with one number. */
export function filledByRow(dims: readonly number[], values: Float64Array): Tensor {
  const rowSize = sizeOf(dims.slice(1));
  const data = new Float32Array(values.length * rowSize);
  values.forEach((value, row) => {
    data.fill(value, row * rowSize, (row + 1) * rowSize);
  });
  return { dtype: "float32", dims, data };
}

/** Rows of a batch: the leading axis. */
export function batchOf(x: Tensor): number {
  const [batch] = x.dims;
  if (batch === undefined)
    throw new InvalidArgumentError({
      argument: "x",
      received: x.dims,
      expected: "a tensor with a leading batch axis",
    });
  return batch;
}
