import { sizeOf, tensor } from "../../tensor.ts";
import type { GraphBuilder, Value } from "../builder.ts";
import type { Dim } from "../graph.ts";
import { spreadAxis } from "./layout.ts";
import {
  broadcastDims,
  broadcastOffsets,
  GraphError,
  inputAt,
  knownLength,
  type OperationDefinition,
  showDims,
  stridesOf,
  unbroadcast,
} from "./operation.ts";

/** Matrix products and convolution. */
export const linear: { [K in "matmul" | "conv2d"]: OperationDefinition<K> } = {
  matmul: {
    shape(inputs, { transposeA, transposeB }) {
      const a = inputAt(inputs, 0).dims;
      const b = inputAt(inputs, 1).dims;
      if (a.length < 2 || b.length < 2)
        throw new GraphError(
          `A matrix product takes ranks of 2 or more; it was given ${showDims(a)} and ${showDims(b)}.`,
        );
      const [m, k] = lastTwo(a, transposeA);
      const [k2, n] = lastTwo(b, transposeB);
      if (k !== k2)
        throw new GraphError(
          `The inner lengths of a matrix product differ: ${showDims(a)}${transposeA ? " transposed" : ""} and ${showDims(b)}${transposeB ? " transposed" : ""}.`,
        );
      return { dtype: "float32", dims: [...broadcastDims(a.slice(0, -2), b.slice(0, -2)), m, n] };
    },
    evaluate(inputs, { transposeA, transposeB }, dims) {
      const a = inputAt(inputs, 0);
      const b = inputAt(inputs, 1);
      const [m, k] = lastTwo(a.dims, transposeA) as [number, number];
      const n = dims[dims.length - 1] as number;
      const [aRow, aInner] = transposeA ? [1, m] : [k, 1];
      const [bInner, bColumn] = transposeB ? [1, k] : [n, 1];
      const batches = dims.slice(0, -2);
      const offsetsA = broadcastOffsets(a.dims.slice(0, -2), batches);
      const offsetsB = broadcastOffsets(b.dims.slice(0, -2), batches);
      const out = new Float64Array(offsetsA.length * m * n);
      for (let batch = 0; batch < offsetsA.length; batch++) {
        const startA = (offsetsA[batch] as number) * m * k;
        const startB = (offsetsB[batch] as number) * k * n;
        for (let i = 0; i < m; i++) {
          for (let inner = 0; inner < k; inner++) {
            const factor = a.data[startA + i * aRow + inner * aInner] as number;
            const row = (batch * m + i) * n;
            const column = startB + inner * bInner;
            for (let j = 0; j < n; j++)
              out[row + j] =
                (out[row + j] as number) + factor * (b.data[column + j * bColumn] as number);
          }
        }
      }
      return out;
    },
    gradient({ g, inputs, dy, attributes: { transposeA, transposeB }, needed }) {
      const a = inputAt(inputs, 0);
      const b = inputAt(inputs, 1);
      const folded = foldedWeightGradient(g, a, b, dy, transposeA, transposeB);
      const da = () =>
        transposeA
          ? g.matmul(b, dy, { transposeA: transposeB, transposeB: true })
          : g.matmul(dy, b, { transposeB: !transposeB });
      const db = () =>
        transposeB
          ? g.matmul(dy, a, { transposeA: true, transposeB: transposeA })
          : g.matmul(a, dy, { transposeA: !transposeA });
      return [
        needed[0] ? unbroadcast(g, da(), a.dims) : undefined,
        needed[1] ? (folded?.() ?? unbroadcast(g, db(), b.dims)) : undefined,
      ];
    },
  },

  conv2d: {
    shape(inputs, { stride, padding }) {
      const x = inputAt(inputs, 0).dims;
      const weight = inputAt(inputs, 1).dims;
      if (
        x.length !== 4 ||
        weight.length !== 4 ||
        x[1] !== weight[1] ||
        (inputs[2] && inputs[2].dims[0] !== weight[0])
      ) {
        throw new GraphError(
          `A convolution of ${showDims(x)} takes a weight [out, ${x[1]}, height, width] and a bias [out]; it was given ${inputs
            .slice(1)
            .map((input) => showDims(input.dims))
            .join(" and ")}.`,
        );
      }
      const side = (axis: 2 | 3) =>
        Math.floor(
          (knownLength(x, axis) + 2 * padding[axis - 2 === 0 ? 0 : 1] - knownLength(weight, axis)) /
            stride,
        ) + 1;
      return { dtype: "float32", dims: [x[0] as Dim, weight[0] as Dim, side(2), side(3)] };
    },
    evaluate(inputs, { stride, padding: [padY, padX] }, dims) {
      const x = inputAt(inputs, 0);
      const weight = inputAt(inputs, 1);
      const bias = inputs[2];
      const [batch, outputs, height, width] = dims as [number, number, number, number];
      const [, channels, rows, columns] = x.dims as [number, number, number, number];
      const [, , kernelY, kernelX] = weight.dims as [number, number, number, number];
      const [imageStride, outputStride] = [stridesOf(x.dims), stridesOf(weight.dims)] as [
        [number, number, number],
        [number, number, number],
      ];
      const out = new Float64Array(batch * outputs * height * width);
      let position = 0;
      for (let image = 0; image < batch; image++) {
        for (let output = 0; output < outputs; output++) {
          for (let i = 0; i < height; i++) {
            for (let j = 0; j < width; j++) {
              let sum = bias?.data[output] ?? 0;
              for (let channel = 0; channel < channels; channel++) {
                const plane = image * imageStride[0] + channel * imageStride[1];
                const kernel = output * outputStride[0] + channel * outputStride[1];
                for (let u = 0; u < kernelY; u++) {
                  const row = i * stride + u - padY;
                  if (row < 0 || row >= rows) continue;
                  for (let v = 0; v < kernelX; v++) {
                    const column = j * stride + v - padX;
                    if (column >= 0 && column < columns)
                      sum +=
                        (x.data[plane + row * columns + column] as number) *
                        (weight.data[kernel + u * kernelX + v] as number);
                  }
                }
              }
              out[position++] = sum;
            }
          }
        }
      }
      return out;
    },
    gradient({ g, inputs, dy, attributes: { stride, padding }, needed }) {
      const x = inputAt(inputs, 0);
      const weight = inputAt(inputs, 1);
      return [
        needed[0] ? inputGradient(g, x, weight, dy, stride, padding) : undefined,
        needed[1] ? weightGradient(g, x, weight, dy, stride, padding) : undefined,
        // one axis after the other: contiguous sums, which every runtime has a fast kernel for
        needed[2] ? g.sum(g.sum(dy, [2, 3]), [0]) : undefined,
      ];
    },
  },
};

/**
 * The convolution of dy (with stride - 1 zeros between its pixels) with the weight turned by 180
 * degrees and its channel axes exchanged.
 */
function inputGradient(
  g: GraphBuilder,
  x: Value,
  weight: Value,
  dy: Value,
  stride: number,
  padding: readonly [number, number],
): Value {
  let spread = dy;
  for (const axis of [2, 3] as const) {
    spread = spreadAxis(g, spread, axis, stride);
    // Pixels at the end of x that no stride reached still get a (partial) sum: they need zeros
    // behind the last dy.
    const unreached =
      knownLength(x.dims, axis) +
      2 * (padding[axis - 2] as number) -
      knownLength(weight.dims, axis) -
      (knownLength(spread.dims, axis) - 1);
    spread = g.pad(spread, axis, 0, unreached);
  }
  const [outputs, channels, kernelY, kernelX] = weight.dims as [number, number, number, number];
  const turned = turnedBy180Degrees(
    g,
    g.reshape(g.transpose(weight, [1, 0, 2, 3]), [channels * outputs, kernelY * kernelX]),
  );
  const kernel = g.reshape(turned, [channels, outputs, kernelY, kernelX]);
  return g.conv2d(spread, kernel, undefined, {
    padding: [kernelY - 1 - padding[0], kernelX - 1 - padding[1]],
  });
}

/**
 * The columns in reverse order, by a product with the exchange matrix: several times as fast in
 * ONNX Runtime as slices with a negative step, and exact.
 */
function turnedBy180Degrees(g: GraphBuilder, kernels: Value): Value {
  const size = knownLength(kernels.dims, 1);
  if (size === 1) return kernels;
  const exchange = Float32Array.from({ length: size * size }, (_, i) =>
    Math.floor(i / size) + (i % size) === size - 1 ? 1 : 0,
  );
  return g.matmul(kernels, g.constant(tensor([size, size], exchange)));
}

function weightGradient(
  g: GraphBuilder,
  x: Value,
  weight: Value,
  dy: Value,
  stride: number,
  padding: readonly [number, number],
): Value {
  return stride === 1
    ? unitStrideWeightGradient(g, x, weight, dy, padding)
    : stridedWeightGradient(g, x, weight, dy, stride, padding);
}

/**
 * One large product over all kernel positions: its rows are the output's channels, once for each
 * vertical shift, its columns the input's, once for each horizontal shift, and its inner axis runs
 * over all pixels of all images, channel by channel. Enough rows of zeros lie between two images
 * that a vertical shift may run over their border: it is a move by whole rows of memory, and one
 * copy for the whole batch. What else was tried: docs/decisions/weight-gradients.md.
 */
function unitStrideWeightGradient(
  g: GraphBuilder,
  x: Value,
  weight: Value,
  dy: Value,
  [padY, padX]: readonly [number, number],
): Value {
  const [outputs, channels, kernelY, kernelX] = weight.dims as [number, number, number, number];
  const [batch, , height, width] = dy.dims as [Dim, number, number, number];
  // a symbolic batch cannot be multiplied into another axis: one product an image, then
  const folded = typeof batch === "number";
  const [order, channelAxis] = folded ? [[1, 0, 2, 3], 0] : [[0, 1, 2, 3], 1];
  // A row r of dy meets the rows r + u - padY of x, u = 0 to kernelY - 1: as many rows of zeros as
  // the farthest of them lies beyond an image's own.
  const rows = Math.max(knownLength(x.dims, 2) + padY, height + kernelY - 1 - padY);
  const inner = rows * width;
  const flat = (value: Value) =>
    g.reshape(
      value,
      folded ? [value.dims[0] as Dim, Number(batch) * inner] : [...value.dims.slice(0, 2), inner],
    );

  const source = g.transpose(x, order);
  const columns = Array.from({ length: kernelX }, (_, v) => {
    const right = width - knownLength(x.dims, 3) - (padX - v);
    return flat(
      g.padAxes(source, [
        [0, 0],
        [0, 0],
        [0, rows - knownLength(x.dims, 2)],
        [padX - v, right],
      ]),
    );
  });
  const cotangent = flat(
    g.padAxes(g.transpose(dy, order), [
      [0, 0],
      [0, 0],
      [0, rows - height],
      [0, 0],
    ]),
  );
  const shifted = Array.from({ length: kernelY }, (_, u) =>
    g.pad(cotangent, cotangent.dims.length - 1, (u - padY) * width, (padY - u) * width),
  );
  const product = g.matmul(g.concat(shifted, channelAxis), g.concat(columns, channelAxis), {
    transposeB: true,
  });
  return g.transpose(
    g.reshape(folded ? product : g.sum(product, [0]), [kernelY, outputs, kernelX, channels]),
    [1, 3, 0, 2],
  );
}

/**
 * One matrix product dy · shifted(x)ᵀ an image over all kernel positions at once, summed over the
 * batch.
 */
function stridedWeightGradient(
  g: GraphBuilder,
  x: Value,
  weight: Value,
  dy: Value,
  stride: number,
  padding: readonly [number, number],
): Value {
  const [outputs, channels, kernelY, kernelX] = weight.dims as [number, number, number, number];
  const [batch, , height, width] = dy.dims as [Dim, number, number, number];
  const padded = g.pad(g.pad(x, 2, padding[0], padding[0]), 3, padding[1], padding[1]);
  const shifts: Value[] = [];
  for (let u = 0; u < kernelY; u++) {
    const band = g.slice(padded, 2, u, u + stride * (height - 1) + 1, stride);
    for (let v = 0; v < kernelX; v++)
      shifts.push(
        g.reshape(g.slice(band, 3, v, v + stride * (width - 1) + 1, stride), [
          batch,
          channels,
          height * width,
        ]),
      );
  }
  const product = g.matmul(g.reshape(dy, [batch, outputs, height * width]), g.concat(shifts, 1), {
    transposeB: true,
  });
  return g.transpose(
    g.reshape(g.sum(product, [0]), [outputs, kernelY, kernelX, channels]),
    [0, 3, 1, 2],
  );
}

/**
 * The gradient of a matrix that is applied to rows of a batch, as one product over all rows;
 * undefined where it is something else, or the rows cannot be counted.
 */
function foldedWeightGradient(
  g: GraphBuilder,
  a: Value,
  b: Value,
  dy: Value,
  transposeA: boolean,
  transposeB: boolean,
): (() => Value) | undefined {
  const leading = a.dims.slice(0, -1);
  if (
    b.dims.length !== 2 ||
    a.dims.length < 3 ||
    transposeA ||
    !leading.every((dim) => typeof dim === "number")
  )
    return undefined;
  const flat = (value: Value) => g.reshape(value, [sizeOf(leading), value.dims.at(-1) as Dim]);
  return () =>
    transposeB
      ? g.matmul(flat(dy), flat(a), { transposeA: true })
      : g.matmul(flat(a), flat(dy), { transposeA: true });
}

function lastTwo(dims: readonly Dim[], transposed: boolean): [Dim, Dim] {
  const [rows, columns] = dims.slice(-2) as [Dim, Dim];
  return transposed ? [columns, rows] : [rows, columns];
}
