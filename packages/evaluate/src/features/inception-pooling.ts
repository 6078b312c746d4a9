import { type GraphBuilder, tensor, type Value } from "@glissade/graph";

/**
 * The larger of two values, element by element; the ReLU where the other is 0. What is no number in
 * `a` stays so.
 */
export function maximum(g: GraphBuilder, a: Value, b: Value | number): Value {
  const other = typeof b === "number" ? g.scalar(b) : b;
  return g.where(g.less(a, other), other, a);
}

/**
 * Where images' sides lie in [batch, channel, height, width]. Rows come first: they are copied
 * whole, and halve what is left to do.
 */
const spatialAxes = [2, 3] as const;

/**
 * The largest of 3x3 pixels, every second pixel; rows and columns that fill no square are left out.
 * A maximum over rows, then over columns.
 */
export function maxPoolEverySecond(g: GraphBuilder, x: Value): Value {
  return spatialAxes.reduce((value, axis) => {
    const steps = Math.floor((sideOf(value, axis) - 3) / 2);
    return largest(
      g,
      [0, 1, 2].map((start) => g.slice(value, axis, start, start + 2 * steps + 1, 2)),
    );
  }, x);
}

/**
 * The largest of 3x3 pixels around every pixel, of values that are not negative, as they are after
 * a ReLU: zeros around the image are then never larger than what they stand beside, and do what
 * the references' padding with minus infinity does.
 */
export function maxPoolAround(g: GraphBuilder, x: Value): Value {
  return spatialAxes.reduce((value, axis) => {
    const side = sideOf(value, axis);
    const padded = g.pad(value, axis, 1, 1);
    return largest(
      g,
      [0, 1, 2].map((start) => g.slice(padded, axis, start, start + side)),
    );
  }, x);
}

/**
 * What stands beyond the edge in a mean: zeros that count, as in PyTorch by default, or nothing, as
 * in TensorFlow (`count_include_pad=False`).
 */
export type AverageEdge = "zeros" | "nothing";

/**
 * The mean of the 3x3 pixels around every pixel, as products with constant matrices from both
 * sides: the weights of rows and columns multiply, also where the image's edge leaves only two of
 * them.
 */
export function averagePoolAround(g: GraphBuilder, x: Value, edge: AverageEdge): Value {
  const rows = g.matmul(g.constant(meanOfThree(sideOf(x, 2), edge)), x);
  return g.matmul(rows, g.constant(meanOfThree(sideOf(x, 3), edge)), { transposeB: true });
}

function largest(g: GraphBuilder, [first, ...rest]: readonly Value[]): Value {
  return rest.reduce((value, other) => maximum(g, value, other), first as Value);
}

/**
 * [side, side]: each output takes a third of its input and of those before and after it, or equal
 * parts of what there is of them.
 */
function meanOfThree(side: number, edge: AverageEdge) {
  const matrix = tensor([side, side]);
  for (let to = 0; to < side; to++) {
    const [start, end] = [Math.max(0, to - 1), Math.min(side, to + 2)];
    matrix.data.fill(1 / (edge === "zeros" ? 3 : end - start), to * side + start, to * side + end);
  }
  return matrix;
}

function sideOf({ dims }: Value, axis: number): number {
  return Number(dims[axis]);
}
