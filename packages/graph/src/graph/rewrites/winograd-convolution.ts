import { tensor } from "../../tensor.ts";
import type { GraphBuilder, Value } from "../builder.ts";
import type { Graph, GraphNode } from "../graph.ts";
import { replaceNodes } from "./replace-nodes.ts";

type Convolution = Extract<GraphNode, { operation: "conv2d" }>;

/**
 * The same function with 3 x 3 convolutions in Winograd's form F(4 x 4, 3 x 3), where that is
 * faster: 36 products for 16 pixels instead of 144. A line of pixels is cut into tiles and
 * transformed by one matrix, so a convolution is a handful of matrix products and no copy, and so
 * are its gradients, which the graph's reverse mode makes of these. Images of 32 x 32 pixels gain
 * with 64 channels, those of 64 x 64 with 128; for longer lines and fewer channels the transforms
 * cost more than they save.
 *
 * Results differ from the direct sum by some 1e-6 of the largest value in float32.
 *
 * @param graph its batch must be a number for anything to change
 * @see Lavin & Gray 2015, arXiv 1509.09308, section 4
 */
export function winogradConvolutions(graph: Graph): Graph {
  const isFaster = (node: GraphNode): node is Convolution =>
    node.operation === "conv2d" && isFasterTransformed(graph, node);
  return replaceNodes(graph, isFaster, (g, { inputs: [x = "", weight = "", bias] }, value) =>
    byTransforms(g, value(x), value(weight), bias === undefined ? undefined : value(bias)),
  );
}

/** Side of an output tile, and number of products along it. */
const tile = 4;
const points = 6;

function isFasterTransformed(
  graph: Graph,
  { inputs: [x = "", weight = ""], attributes }: Convolution,
): boolean {
  const [batch, channels, height, width] = graph.types.get(x)?.dims ?? [];
  const [outputs, , kernelHeight, kernelWidth] = graph.types.get(weight)?.dims ?? [];
  if (
    attributes.stride !== 1 ||
    attributes.padding.some((padding) => padding !== 1) ||
    kernelHeight !== 3 ||
    kernelWidth !== 3
  )
    return false;
  if (
    typeof batch !== "number" ||
    typeof channels !== "number" ||
    typeof outputs !== "number" ||
    typeof height !== "number" ||
    typeof width !== "number"
  )
    return false;
  if (height % tile !== 0 || width % tile !== 0) return false;
  const [rows, columns] = [(height / tile) * points, (width / tile) * points];
  const transforms = (channels + outputs) * (height * width * columns + columns * height * rows);
  const products = rows * columns * channels * outputs;
  const kernels = (points ** 2 * 9 * channels * outputs) / batch;
  // Products of the points are many small ones, slower than a convolution's; thin transforms are
  // slower too, but the weight gradient's copies are gone (docs/decisions/weight-gradients.md).
  return transforms + 1.3 * products + kernels < 9 * height * width * channels * outputs;
}

/**
 * Y = A^T [(G w G^T) * (B^T x B)] A for all tiles at once (Lavin & Gray 2015, equation 12 and
 * algorithm 1). Each transform contracts the last or the first axis and leaves the new one at the
 * other end, so that rows and columns follow each other without a transposition.
 */
function byTransforms(g: GraphBuilder, x: Value, weight: Value, bias: Value | undefined): Value {
  // isFasterTransformed has seen that they are numbers
  const [batch, channels, height, width] = x.dims as [number, number, number, number];
  const outputs = weight.dims[0] as number; // likewise
  const [rows, columns] = [height / tile, width / tile];
  const constant = ({ rows, columns, data }: Matrix) => g.constant(tensor([rows, columns], data));
  const kernels = g.matmul(
    constant(kernelTransform()),
    g.reshape(weight, [outputs * channels, 9]),
    { transposeB: true },
  );
  const ofLines = g.matmul(
    constant(lineTransform(width)),
    g.reshape(x, [batch * channels * height, width]),
    { transposeB: true },
  ); // point, column; image, channel, line
  const images = g.matmul(
    constant(lineTransform(height)),
    g.reshape(ofLines, [points, columns * batch * channels, height]),
    { transposeB: true },
  ); // point; point, row; column, ...
  const products = g.matmul(
    g.reshape(images, [points ** 2, rows * columns * batch, channels]),
    g.reshape(kernels, [points ** 2, outputs, channels]),
    {
      transposeB: true,
    },
  );
  const lines = g.matmul(
    g.reshape(products, [points, points * rows, columns * batch * outputs]),
    constant(lineResult(height)),
    { transposeA: true },
  );
  const y = g.matmul(
    g.reshape(lines, [points * columns, batch * outputs * height]),
    constant(lineResult(width)),
    { transposeA: true },
  );
  const shaped = g.reshape(y, [batch, outputs, height, width]);
  return bias ? g.add(shaped, g.reshape(bias, [outputs, 1, 1])) : shaped;
}

interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

function matrix(
  rows: number,
  columns: number,
  at: (row: number, column: number) => number,
): Matrix {
  return {
    rows,
    columns,
    data: Float32Array.from({ length: rows * columns }, (_, i) =>
      at(Math.floor(i / columns), i % columns),
    ),
  };
}

/** B^T, of the points 0, 1, -1, 2, -2 and infinity. */
const inputRows = [
  [4, 0, -5, 0, 1, 0],
  [0, -4, -4, 1, 1, 0],
  [0, 4, -4, -1, 1, 0],
  [0, -2, -1, 2, 1, 0],
  [0, 2, -1, -2, 1, 0],
  [0, 4, 0, -5, 0, 1],
];
/** G. */
const kernelRows = [
  [1 / 4, 0, 0],
  [-1 / 6, -1 / 6, -1 / 6],
  [-1 / 6, 1 / 6, -1 / 6],
  [1 / 24, 1 / 12, 1 / 6],
  [1 / 24, -1 / 12, 1 / 6],
  [0, 0, 1],
];
/** A^T. */
const outputRows = [
  [1, 1, 1, 1, 1, 0],
  [0, 1, -1, 2, -2, 0],
  [0, 1, 1, 4, 4, 0],
  [0, 1, -1, 8, -8, 1],
];

/**
 * G twice, on the columns and the rows of a kernel: row (point of the columns, point of the rows),
 * column (row, column).
 */
function kernelTransform(): Matrix {
  const g = (point: number, tap: number) => kernelRows[point]?.[tap] ?? 0;
  return matrix(
    points ** 2,
    9,
    (row, column) =>
      g(row % points, Math.floor(column / 3)) * g(Math.floor(row / points), column % 3),
  );
}

/**
 * Of a line of pixels between zeros: row (point, tile), column pixel. Tile t sees the pixels from 4
 * t - 1 to 4 t + 4.
 */
function lineTransform(length: number): Matrix {
  const tiles = length / tile;
  return matrix(
    points * tiles,
    length,
    (row, pixel) => inputRows[Math.floor(row / tiles)]?.[pixel + 1 - tile * (row % tiles)] ?? 0,
  );
}

/** Row (point, tile), column pixel of the result. */
function lineResult(length: number): Matrix {
  const tiles = length / tile;
  return matrix(points * tiles, length, (row, pixel) =>
    Math.floor(pixel / tile) === row % tiles
      ? (outputRows[pixel % tile]?.[Math.floor(row / tiles)] ?? 0)
      : 0,
  );
}
