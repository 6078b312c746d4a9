import { sizeOf } from "../tensor.ts";
import type { GraphBuilder, Value } from "./builder.ts";
import type { Dim } from "./graph.ts";
import { GraphError, inputAt, knownLength, type OperationDefinition, offsetsOf, showDims, stridesOf } from "./operation.ts";

type ReductionName = "sum" | "softmax" | "groupNorm" | "layerNorm" | "upsampleNearest" | "averagePool";

/** Operations that combine the elements of an axis, a group or a neighbourhood. */
export const reductions: { [K in ReductionName]: OperationDefinition<K> } = {
  sum: {
    shape(inputs, { axes, keepDims }) {
      const { dims } = inputAt(inputs, 0);
      if (axes.some((axis) => !(axis >= 0 && axis < dims.length))) throw new GraphError(`A sum over axes ${showDims(axes)} does not fit ${showDims(dims)}.`);
      return { dtype: "float32", dims: keepDims ? dims.map((dim, axis) => (axes.includes(axis) ? 1 : dim)) : dims.filter((_, axis) => !axes.includes(axis)) };
    },
    evaluate(inputs, { axes }) {
      const { data, dims } = inputAt(inputs, 0);
      const kept = dims.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
      const strides = stridesOf(kept);
      const out = new Float64Array(sizeOf(kept));
      offsetsOf(
        dims,
        strides.map((stride, axis) => (axes.includes(axis) ? 0 : stride)),
        0,
      ).forEach((offset, i) => {
        out[offset] = (out[offset] as number) + (data[i] as number);
      });
      return out;
    },
    gradient({ g, inputs, dy, attributes: { axes } }) {
      const { dims } = inputAt(inputs, 0);
      return [
        g.broadcastTo(
          g.reshape(
            dy,
            dims.map((dim, axis) => (axes.includes(axis) ? 1 : dim)),
          ),
          dims,
        ),
      ];
    },
  },

  softmax: {
    shape: (inputs) => inputAt(inputs, 0),
    evaluate(inputs, { axis }) {
      const { data, dims } = inputAt(inputs, 0);
      const length = dims[axis] as number;
      const stride = stridesOf(dims)[axis] as number;
      const out = new Float64Array(data.length);
      for (let start = 0; start < data.length; start++) {
        if (Math.floor(start / stride) % length !== 0) continue;
        let largest = Number.NEGATIVE_INFINITY;
        for (let i = 0; i < length; i++) largest = Math.max(largest, data[start + i * stride] as number);
        let total = 0;
        for (let i = 0; i < length; i++) total += Math.exp((data[start + i * stride] as number) - largest);
        for (let i = 0; i < length; i++) out[start + i * stride] = Math.exp((data[start + i * stride] as number) - largest) / total;
      }
      return out;
    },
    gradient: ({ g, output: y, dy, attributes: { axis } }) => [g.mul(y, g.sub(dy, g.sum(g.mul(dy, y), [axis], { keepDims: true })))],
  },

  groupNorm: {
    shape(inputs, { groups }) {
      const { dims } = inputAt(inputs, 0);
      const channels = knownLength(dims, 1);
      if (channels % groups !== 0) throw new GraphError(`${channels} channels do not divide into ${groups} groups.`);
      assertAffine(
        inputs.slice(1).map((input) => input.dims),
        channels,
      );
      return { dtype: "float32", dims };
    },
    evaluate(inputs, { groups, epsilon }) {
      const { data, dims } = inputAt(inputs, 0);
      const channels = dims[1] as number;
      const area = sizeOf(dims.slice(2));
      const normalized = normalizeRows(data, (channels / groups) * area, epsilon);
      const [weight, bias] = [inputAt(inputs, 1).data, inputAt(inputs, 2).data];
      return normalized.map((value, i) => {
        const channel = Math.floor(i / area) % channels;
        return value * (weight[channel] as number) + (bias[channel] as number);
      });
    },
    gradient({ g, inputs, dy, attributes: { groups, epsilon }, needed }) {
      const x = inputAt(inputs, 0);
      const channels = knownLength(x.dims, 1);
      const spatial = x.dims.slice(2);
      const rows = [x.dims[0] as Dim, groups, (channels / groups) * spatial.reduce<number>((product, _, i) => product * knownLength(spatial, i), 1)];
      const perChannel = [channels, ...spatial.map(() => 1)];
      const summed = [0, ...spatial.map((_, i) => i + 2)];
      return affineNormGradient(g, { x, dy, weight: inputAt(inputs, 1), rows, perChannel, summed, epsilon, needed });
    },
  },

  layerNorm: {
    shape(inputs) {
      const { dims } = inputAt(inputs, 0);
      assertAffine(
        inputs.slice(1).map((input) => input.dims),
        knownLength(dims, dims.length - 1),
      );
      return { dtype: "float32", dims };
    },
    evaluate(inputs, { epsilon }) {
      const { data, dims } = inputAt(inputs, 0);
      const channels = dims[dims.length - 1] as number;
      const [weight, bias] = [inputAt(inputs, 1).data, inputAt(inputs, 2).data];
      return normalizeRows(data, channels, epsilon).map((value, i) => value * (weight[i % channels] as number) + (bias[i % channels] as number));
    },
    gradient({ g, inputs, dy, attributes: { epsilon }, needed }) {
      const x = inputAt(inputs, 0);
      const summed = x.dims.slice(0, -1).map((_, axis) => axis);
      return affineNormGradient(g, { x, dy, weight: inputAt(inputs, 1), rows: x.dims, perChannel: x.dims.slice(-1), summed, epsilon, needed });
    },
  },

  upsampleNearest: {
    shape: (inputs, { factor }) => ({ dtype: "float32", dims: scaledDims(inputAt(inputs, 0).dims, (side) => side * factor) }),
    evaluate(inputs, { factor }, dims) {
      const { data } = inputAt(inputs, 0);
      const [, , height, width] = dims as [number, number, number, number];
      return Float64Array.from({ length: sizeOf(dims) }, (_, i) => {
        const [plane, row, column] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
        return data[(plane * (height / factor) + Math.floor(row / factor)) * (width / factor) + Math.floor(column / factor)] as number;
      });
    },
    gradient: ({ g, dy, attributes: { factor } }) => [g.mul(g.averagePool(dy, factor), factor * factor)],
  },

  averagePool: {
    shape(inputs, { factor }) {
      const { dims } = inputAt(inputs, 0);
      if (knownLength(dims, 2) % factor !== 0 || knownLength(dims, 3) % factor !== 0)
        throw new GraphError(`The sides of ${showDims(dims)} do not divide by ${factor}.`);
      return { dtype: "float32", dims: scaledDims(dims, (side) => side / factor) };
    },
    evaluate(inputs, { factor }, dims) {
      const { data } = inputAt(inputs, 0);
      const [, , height, width] = dims as [number, number, number, number];
      const out = new Float64Array(sizeOf(dims));
      data.forEach((value, i) => {
        const [plane, row, column] = [
          Math.floor(i / (height * width * factor * factor)),
          Math.floor(i / (width * factor)) % (height * factor),
          i % (width * factor),
        ];
        const target = (plane * height + Math.floor(row / factor)) * width + Math.floor(column / factor);
        out[target] = (out[target] as number) + value / (factor * factor);
      });
      return out;
    },
    gradient: ({ g, dy, attributes: { factor } }) => [g.mul(g.upsampleNearest(dy, factor), 1 / (factor * factor))],
  },
};

function assertAffine(shapes: readonly (readonly Dim[])[], channels: number): void {
  if (shapes.length !== 2 || shapes.some((dims) => dims.length !== 1 || dims[0] !== channels)) {
    throw new GraphError(`A normalisation over ${channels} channels takes weight and bias [${channels}]; it was given ${shapes.map(showDims).join(" and ")}.`);
  }
}

function scaledDims(dims: readonly Dim[], scale: (side: number) => number): Dim[] {
  if (dims.length !== 4) throw new GraphError(`Resampling takes [batch, channel, height, width]; it was given ${showDims(dims)}.`);
  return [dims[0] as Dim, dims[1] as Dim, scale(knownLength(dims, 2)), scale(knownLength(dims, 3))];
}

/** (x - mean) / sqrt(variance + epsilon) over consecutive rows of a given length, with the biased variance. */
function normalizeRows(data: Float64Array, length: number, epsilon: number): Float64Array {
  const out = new Float64Array(data.length);
  for (let start = 0; start < data.length; start += length) {
    const row = data.subarray(start, start + length);
    const mean = row.reduce((sum, value) => sum + value, 0) / length;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / length;
    for (let i = 0; i < length; i++) out[start + i] = ((row[i] as number) - mean) / Math.sqrt(variance + epsilon);
  }
  return out;
}

interface AffineNorm {
  readonly x: Value;
  readonly dy: Value;
  readonly weight: Value;
  /** x as rows that are normalised one by one: the last axis is what the mean runs over. */
  readonly rows: readonly Dim[];
  /** The weight's shape against x. */
  readonly perChannel: readonly Dim[];
  /** The axes of x that a channel's sum runs over. */
  readonly summed: readonly number[];
  readonly epsilon: number;
  readonly needed: readonly boolean[];
}

/** With n = (x - mean) / deviation and u = dy · weight: dx = (u - mean(u) - n mean(u n)) / deviation; dweight = sum dy n; dbias = sum dy. */
function affineNormGradient(g: GraphBuilder, { x, dy, weight, rows, perChannel, summed, epsilon, needed }: AffineNorm): (Value | undefined)[] {
  const last = rows.length - 1;
  const mean = (value: Value) => g.div(g.sum(value, [last], { keepDims: true }), knownLength(rows, last));
  const row = g.reshape(x, rows);
  const centred = g.sub(row, mean(row));
  const deviation = g.sqrt(g.add(mean(g.mul(centred, centred)), epsilon));
  const n = g.div(centred, deviation);
  const dx = () => {
    const u = g.reshape(g.mul(dy, g.reshape(weight, perChannel)), rows);
    const v = g.sub(u, g.mul(n, mean(g.mul(u, n))));
    return g.reshape(g.div(g.sub(v, mean(v)), deviation), x.dims);
  };
  return [needed[0] ? dx() : undefined, needed[1] ? g.sum(g.mul(dy, g.reshape(n, x.dims)), summed) : undefined, needed[2] ? g.sum(dy, summed) : undefined];
}
