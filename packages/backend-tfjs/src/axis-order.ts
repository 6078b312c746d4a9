import { type Dim, GraphCompileError } from "@glissade/graph";

/**
 * Where a value's axes lie in memory: `order[position]` is the axis that has this position. `[0, 1,
 * 2, 3]` is the graph's own row-major order, `[0, 2, 3, 1]` keeps the channels of images together
 * (NHWC).
 */
export type AxisOrder = readonly number[];

export function rowMajor(rank: number): AxisOrder {
  return Array.from({ length: rank }, (_, axis) => axis);
}

/**
 * Batch first, channels last: the only order in which every backend of TensorFlow.js has a
 * convolution.
 */
export function channelsLast(rank: number): AxisOrder {
  return [0, ...rowMajor(rank).slice(2), 1];
}

export function sameOrder(a: AxisOrder, b: AxisOrder): boolean {
  return a.length === b.length && a.every((axis, position) => axis === b[position]);
}

/** One entry an axis, as they lie in memory. */
export function arrange<T>(entries: readonly T[], order: AxisOrder): T[] {
  return order.map((axis) => entries[axis] as T); // an order names every axis
}

export function positionOf(order: AxisOrder, axis: number): number {
  return order.indexOf(axis);
}

/** The order of what is left without some axes. */
export function withoutAxes(order: AxisOrder, axes: readonly number[]): AxisOrder {
  return order
    .filter((axis) => !axes.includes(axis))
    .map((axis) => axis - axes.filter((removed) => removed < axis).length);
}

/** The same order with one axis moved to the end, where it is contiguous. */
export function withLast(order: AxisOrder, axis: number): AxisOrder {
  return [...order.filter((other) => other !== axis), axis];
}

/**
 * The order in which a reshaped value lies where it needs no copy; undefined where it needs one. A
 * reshape multiplies runs of neighbouring axes into runs of others: each of these runs must lie
 * together in memory, in its own order. Axes of length 1 lie anywhere.
 *
 * @param dims the value's axes and lengths before, @param target after, both in the graph's order
 */
export function reshapedOrder(
  dims: readonly Dim[],
  order: AxisOrder,
  target: readonly Dim[],
): AxisOrder | undefined {
  const [lengths = [], targetLengths = []] = asNumbers(dims, target);
  const runs = matchingRuns(lengths, targetLengths);
  if (!runs) return undefined;
  const long = order.filter((axis) => dims[axis] !== 1);
  const leading: number[] = [];
  // first long axis of a run: the target's axes
  const placed = new Map<number, readonly number[]>();
  let last = leading;
  for (const { from, to } of runs) {
    const longOnes = from.filter((axis) => dims[axis] !== 1);
    const [first] = longOnes;
    if (first === undefined) last.push(...to);
    else {
      const start = long.indexOf(first);
      if (longOnes.some((axis, i) => long[start + i] !== axis)) return undefined;
      last = [...to];
      placed.set(first, last);
    }
  }
  return [...leading, ...long.flatMap((axis) => placed.get(axis) ?? [])];
}

interface Run {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/**
 * The shortest runs of axes whose lengths have equal products, in order; undefined where the
 * products differ altogether.
 */
function matchingRuns(dims: readonly number[], target: readonly number[]): Run[] | undefined {
  const runs: Run[] = [];
  let [i, j] = [0, 0];
  while (i < dims.length || j < target.length) {
    const [from, to]: [number[], number[]] = [[], []];
    let [a, b] = [1, 1];
    const takeFrom = () => {
      a *= dims[i] ?? 1;
      from.push(i++);
    };
    const takeTo = () => {
      b *= target[j] ?? 1;
      to.push(j++);
    };
    if (i < dims.length) takeFrom();
    if (j < target.length) takeTo();
    while (a !== b) {
      if (a < b && i < dims.length) takeFrom();
      else if (b < a && j < target.length) takeTo();
      else return undefined;
    }
    runs.push({ from, to });
  }
  return runs;
}

/**
 * The lengths of both shapes with each symbolic one as a large prime of its own: products of
 * lengths are equal where those of the primes are.
 */
function asNumbers(...shapes: readonly (readonly Dim[])[]): number[][] {
  const primes = [10_007, 10_009, 10_037, 10_039, 10_061, 10_067, 10_069, 10_079];
  const names = [...new Set(shapes.flat().filter((dim) => typeof dim === "string"))];
  if (names.length > primes.length)
    throw new GraphCompileError(
      `A reshape is between more than ${primes.length} symbolic lengths: ${names.join(", ")}.`,
    );
  return shapes.map((dims) =>
    dims.map((dim) => (typeof dim === "number" ? dim : (primes[names.indexOf(dim)] ?? 1))),
  );
}
