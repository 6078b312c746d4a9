import { GlissadeError } from "../../errors.ts";
import { sizeOf } from "../../tensor.ts";
import type { GraphBuilder, Value } from "../builder.ts";
import type { Dim, ValueType } from "../graph.ts";
import type { OperationAttributes, OperationName } from "./attributes.ts";

/**
 * Numbers with a concrete shape, as the float64 interpreter sees every value (integers and booleans
 * too).
 */
export interface NdArray {
  readonly dims: readonly number[];
  readonly data: Float64Array;
}

export interface GradientContext<K extends OperationName> {
  readonly g: GraphBuilder;
  readonly inputs: readonly Value[];
  readonly output: Value;
  /** The loss's derivative with respect to the output, of the output's shape. */
  readonly dy: Value;
  readonly attributes: OperationAttributes[K];
  /** Which inputs' gradients are asked for; the others may be left undefined. */
  readonly needed: readonly boolean[];
}

/** Shape, meaning and derivative of one operation, in one place. */
export interface OperationDefinition<K extends OperationName> {
  /** @throws GraphError where the inputs do not fit. */
  shape(inputs: readonly ValueType[], attributes: OperationAttributes[K]): ValueType;
  /** float64, plain loops: the tests' truth. `dims` is the output's concrete shape. */
  evaluate(
    inputs: readonly NdArray[],
    attributes: OperationAttributes[K],
    dims: readonly number[],
  ): Float64Array;
  /** One entry an input; undefined where there is no derivative or it is not needed. */
  gradient(context: GradientContext<K>): readonly (Value | undefined)[];
}

/**
 * A graph is not well formed: shapes that do not fit, a missing value, an operation without
 * derivative.
 */
export class GraphError extends GlissadeError {
  static override readonly code: string = "GraphError";
}

/** The input at a position. @throws GraphError where there are too few. */
export function inputAt<T>(inputs: readonly T[], index: number): T {
  const input = inputs[index];
  if (input === undefined)
    throw new GraphError(
      `An operation needs at least ${index + 1} inputs; it was given ${inputs.length}.`,
    );
  return input;
}

export function showDims(dims: readonly Dim[]): string {
  return `[${dims.join(", ")}]`;
}

/** The length of an axis that must be known. @throws GraphError for a symbolic length. */
export function knownLength(dims: readonly Dim[], axis: number): number {
  const dim = dims[axis];
  if (typeof dim !== "number")
    throw new GraphError(`Axis ${axis} of ${showDims(dims)} must have a known length.`);
  return dim;
}

/** Row-major strides of a shape. */
export function stridesOf(dims: readonly number[]): number[] {
  const strides = new Array<number>(dims.length).fill(1);
  for (let axis = dims.length - 2; axis >= 0; axis--)
    strides[axis] = (strides[axis + 1] as number) * (dims[axis + 1] as number);
  return strides;
}

/** The shape that two shapes broadcast to: aligned at the last axis, lengths equal or 1. */
export function broadcastDims(a: readonly Dim[], b: readonly Dim[]): Dim[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const x = a[axis - rank + a.length] ?? 1;
    const y = b[axis - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1)
      throw new GraphError(`The shapes ${showDims(a)} and ${showDims(b)} do not broadcast.`);
    return x === 1 ? y : x;
  });
}

/**
 * For every element of `dims` in row-major order, the offset of the element of a broadcast array
 * that it reads.
 */
export function broadcastOffsets(source: readonly number[], dims: readonly number[]): Int32Array {
  const strides = stridesOf(source);
  const missing = dims.length - source.length;
  const steps = dims.map((_, axis) =>
    axis < missing || source[axis - missing] === 1 ? 0 : (strides[axis - missing] as number),
  );
  return offsetsOf(dims, steps, 0);
}

/** Offsets `base + sum of index * step` for every index of `dims` in row-major order. */
export function offsetsOf(
  dims: readonly number[],
  steps: readonly number[],
  base: number,
): Int32Array {
  const offsets = new Int32Array(sizeOf(dims));
  const index = new Array<number>(dims.length).fill(0);
  let offset = base;
  for (let i = 0; i < offsets.length; i++) {
    offsets[i] = offset;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      offset += steps[axis] as number;
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (dims[axis] as number)) break;
      offset -= (steps[axis] as number) * (dims[axis] as number);
      index[axis] = 0;
    }
  }
  return offsets;
}

/**
 * Sums a gradient over the axes along which `dims` was broadcast, so that it has the shape of the
 * value it belongs to.
 */
export function unbroadcast(g: GraphBuilder, gradient: Value, dims: readonly Dim[]): Value {
  const extra = gradient.dims.length - dims.length;
  const axes = gradient.dims.flatMap((length, axis) =>
    axis < extra || (dims[axis - extra] === 1 && length !== 1) ? [axis] : [],
  );
  if (axes.length === 0) return gradient;
  const summed = g.sum(gradient, axes, { keepDims: true });
  return extra === 0 ? summed : g.reshape(summed, dims);
}
