import { sizeOf } from "@glissade/graph";

/**
 * Whether these strides are row-major order without gaps. The stride of an axis of length 1 says
 * nothing, and an empty tensor has no order.
 */
export function isContiguous(dims: readonly number[], strides: readonly number[]): boolean {
  if (sizeOf(dims) === 0) return true;
  let expected = 1;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    const dim = dims[axis] as number;
    if (dim !== 1 && strides[axis] !== expected) return false;
    expected *= dim;
  }
  return true;
}

/** Elements from the first to the last one that a (non-empty) view touches, both included. */
export function spanOf(dims: readonly number[], strides: readonly number[]): number {
  return dims.reduce((last, dim, axis) => last + (dim - 1) * (strides[axis] as number), 1);
}

/**
 * The elements of a strided view in row-major order. `bytes` begins at the view's first element.
 */
export function gather(
  bytes: Uint8Array,
  elementSize: number,
  dims: readonly number[],
  strides: readonly number[],
): Uint8Array {
  const gathered = new Uint8Array(sizeOf(dims) * elementSize);
  const index = dims.map(() => 0);
  let from = 0;
  for (let to = 0; to < gathered.length; to += elementSize) {
    for (let b = 0; b < elementSize; b++) gathered[to + b] = bytes[from + b] as number;
    from += nextStep(index, dims, strides) * elementSize;
  }
  return gathered;
}

/** Advances a row-major index by one and returns how far that moves in the storage, in elements. */
function nextStep(index: number[], dims: readonly number[], strides: readonly number[]): number {
  let step = 0;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    const [at, dim, stride] = [
      index[axis] as number,
      dims[axis] as number,
      strides[axis] as number,
    ];
    if (at + 1 < dim) {
      index[axis] = at + 1;
      return step + stride;
    }
    index[axis] = 0;
    step -= at * stride;
  }
  return step;
}
