import { display, InvalidArgumentError } from "./errors.ts";

/**
 * The array that holds the elements of each data type. Half-precision types are stored as their 16
 * bits.
 */
export interface TensorData {
  float64: Float64Array;
  float32: Float32Array;
  float16: Uint16Array;
  bfloat16: Uint16Array;
  int64: BigInt64Array;
  int32: Int32Array;
  int16: Int16Array;
  int8: Int8Array;
  uint8: Uint8Array;
  bool: Uint8Array;
}

export type DataType = keyof TensorData;

/**
 * Numbers in row-major order with a shape. Images and feature maps are `[batch, channel, height,
 * width]`. A tensor is a plain value: nothing in Glissade changes one after it is made, and it can
 * be posted to a worker.
 */
export interface Tensor<T extends DataType = "float32"> {
  readonly dtype: T;
  readonly dims: readonly number[];
  readonly data: TensorData[T];
}

/** A tensor of any type; `dtype` tells which. */
export type AnyTensor = { [T in DataType]: Tensor<T> }[DataType];

/** Bytes of one element. */
export const bytesPerElement: Record<DataType, number> = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
};

/** Number of elements of a shape; `[]` is a scalar and has one. */
export function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/**
 * A float32 tensor of the given shape; zeros where no data is given.
 *
 * @throws InvalidArgumentError where the data does not fill the shape.
 * @example `tensor([1, 3, 64, 64])`
 */
export function tensor(dims: readonly number[], data?: Float32Array | readonly number[]): Tensor {
  assertDims(dims);
  const values =
    data instanceof Float32Array
      ? data
      : data
        ? Float32Array.from(data)
        : new Float32Array(sizeOf(dims));
  assertFills("float32", dims, values.length);
  return { dtype: "float32", dims: [...dims], data: values };
}

/**
 * A tensor of any data type. @throws InvalidArgumentError where the data does not fill the shape.
 */
export function typedTensor<T extends DataType>(
  dtype: T,
  dims: readonly number[],
  data: TensorData[T],
): Tensor<T> {
  assertDims(dims);
  assertFills(dtype, dims, data.length);
  return { dtype, dims: [...dims], data };
}

/**
 * `sum of weight * tensor`, element by element, accumulated in float64 and rounded once. All shapes
 * must be equal.
 */
export function weightedSum(
  ...terms: readonly (readonly [weight: number, term: Tensor])[]
): Tensor {
  const [first] = terms;
  if (!first)
    throw new InvalidArgumentError({
      argument: "terms",
      received: terms,
      expected: "at least one [weight, tensor] pair",
    });
  const { dims, data } = first[1];
  for (const [, term] of terms) assertSameDims(dims, term.dims);
  const sum = new Float32Array(data.length);
  addWeighted(
    sum,
    0,
    sum.length,
    terms.map(([weight]) => weight),
    terms.map(([, term]) => term.data),
  );
  return { dtype: "float32", dims, data: sum };
}

/**
 * Writes `sum of weights[k] * arrays[k]` to elements `start` to `end`: in float64, rounded once. A
 * weight of 0 leaves its array out, whatever it holds. The short sums that samplers are made of run
 * without a temporary array: next to a small network even those show.
 */
export function addWeighted(
  out: Float32Array,
  start: number,
  end: number,
  weights: readonly number[],
  arrays: readonly Float32Array[],
): void {
  const used = weights.flatMap((weight, k) =>
    weight === 0 ? [] : [[weight, arrays[k] as Float32Array] as const],
  );
  const [[u, a] = [0, out], [v, b] = [0, out], [w, c] = [0, out]] = used;
  if (used.length === 1) for (let i = start; i < end; i++) out[i] = u * (a[i] as number);
  else if (used.length === 2)
    for (let i = start; i < end; i++) out[i] = u * (a[i] as number) + v * (b[i] as number);
  else if (used.length === 3)
    for (let i = start; i < end; i++)
      out[i] = u * (a[i] as number) + v * (b[i] as number) + w * (c[i] as number);
  else {
    for (let i = start; i < end; i++) {
      let sum = 0;
      for (const [weight, array] of used) sum += weight * (array[i] as number);
      out[i] = sum;
    }
  }
}

/** A new tensor with `f` applied to every element. */
export function mapTensor(x: Tensor, f: (value: number, index: number) => number): Tensor {
  const data = new Float32Array(x.data.length);
  for (let i = 0; i < data.length; i++) data[i] = f(x.data[i] as number, i);
  return { dtype: "float32", dims: x.dims, data };
}

/** Rows `start` (inclusive) to `end` (exclusive) of the leading axis; a view, nothing is copied. */
export function rows(x: Tensor, start: number, end: number): Tensor {
  const [count = 0, ...rest] = x.dims;
  const size = sizeOf(rest);
  if (
    !(
      Number.isInteger(start) &&
      Number.isInteger(end) &&
      0 <= start &&
      start <= end &&
      end <= count
    )
  ) {
    throw new InvalidArgumentError({
      argument: "rows",
      received: `${start}..${end}`,
      expected: `a range within 0..${count}`,
    });
  }
  return {
    dtype: "float32",
    dims: [end - start, ...rest],
    data: x.data.subarray(start * size, end * size),
  };
}

/** Tensors joined along the leading axis. */
export function concatRows(parts: readonly Tensor[]): Tensor {
  const [first] = parts;
  if (!first)
    throw new InvalidArgumentError({
      argument: "parts",
      received: parts,
      expected: "at least one tensor",
    });
  const rest = first.dims.slice(1);
  for (const part of parts) assertSameDims(rest, part.dims.slice(1));
  const data = new Float32Array(parts.reduce((total, part) => total + part.data.length, 0));
  let offset = 0;
  for (const part of parts) {
    data.set(part.data, offset);
    offset += part.data.length;
  }
  return {
    dtype: "float32",
    dims: [parts.reduce((total, part) => total + (part.dims[0] ?? 0), 0), ...rest],
    data,
  };
}

/** The rows again and again, so many times. */
export function repeatRows(x: Tensor, times: number): Tensor {
  return concatRows(new Array<Tensor>(times).fill(x));
}

/** One number for every row of a batch, `[count]`. */
export function perRow(count: number, value: number): Tensor {
  return tensor([count], new Float32Array(count).fill(value));
}

/** @throws InvalidArgumentError where the shapes differ. */
export function assertSameDims(expected: readonly number[], received: readonly number[]): void {
  if (expected.length !== received.length || expected.some((dim, axis) => dim !== received[axis])) {
    throw new InvalidArgumentError({ argument: "dims", received, expected: display(expected) });
  }
}

function assertDims(dims: readonly number[]): void {
  if (!dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0))
    throw new InvalidArgumentError({
      argument: "dims",
      received: dims,
      expected: "non-negative integers",
    });
}

function assertFills(dtype: DataType, dims: readonly number[], length: number): void {
  if (length === sizeOf(dims)) return;
  throw new InvalidArgumentError({
    argument: "data",
    received: `${length} elements`,
    expected: `${sizeOf(dims)} elements of ${dtype} for the shape ${display(dims)}`,
  });
}
