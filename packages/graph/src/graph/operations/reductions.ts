import { sizeOf } from "../../tensor.ts";
import type { Value } from "../builder.ts";
import type { Dim } from "../graph.ts";
import {
  type GradientContext,
  GraphError,
  inputAt,
  knownLength,
  type OperationDefinition,
  offsetsOf,
  showDims,
  stridesOf,
} from "./operation.ts";

type ReductionName =
  | "sum"
  | "softmax"
  | "groupNorm"
  | "layerNorm"
  | "upsampleNearest"
  | "averagePool";

/** Operations that combine the elements of an axis, a group or a neighbourhood. */
export const reductions: { [K in ReductionName]: OperationDefinition<K> } = {
  sum: {
    shape(inputs, { axes, keepDims }) {
      const { dims } = inputAt(inputs, 0);
      if (axes.some((axis) => !(axis >= 0 && axis < dims.length)))
        throw new GraphError(`A sum over axes ${showDims(axes)} does not fit ${showDims(dims)}.`);
      return {
        dtype: "float32",
        dims: keepDims
          ? dims.map((dim, axis) => (axes.includes(axis) ? 1 : dim))
          : dims.filter((_, axis) => !axes.includes(axis)),
      };
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
        for (let i = 0; i < length; i++)
          largest = Math.max(largest, data[start + i * stride] as number);
        let total = 0;
        for (let i = 0; i < length; i++)
          total += Math.exp((data[start + i * stride] as number) - largest);
        for (let i = 0; i < length; i++)
          out[start + i * stride] =
            Math.exp((data[start + i * stride] as number) - largest) / total;
      }
      return out;
    },
    gradient: ({ g, output: y, dy, attributes: { axis } }) => [
      g.mul(y, g.sub(dy, g.sum(g.mul(dy, y), [axis], { keepDims: true }))),
    ],
  },

  groupNorm: {
    shape(inputs, { groups }) {
      const { dims } = inputAt(inputs, 0);
      const channels = knownLength(dims, 1);
      if (channels % groups !== 0)
        throw new GraphError(`${channels} channels do not divide into ${groups} groups.`);
      const affine = inputs.slice(1).map((input) => input.dims);
      const perImage = affine.every((shape) => shape.length === 2 && shape[0] === dims[0]);
      assertAffine(perImage ? affine.map((shape) => shape.slice(1)) : affine, channels);
      return { dtype: "float32", dims };
    },
    evaluate(inputs, { groups, epsilon }) {
      const { data, dims } = inputAt(inputs, 0);
      const channels = dims[1] as number;
      const area = sizeOf(dims.slice(2));
      const normalized = normalizeRows(data, (channels / groups) * area, epsilon);
      const [weight, bias] = [inputAt(inputs, 1).data, inputAt(inputs, 2).data];
      return normalized.map((value, i) => {
        // the channel, or image and channel where each image has its own map
        const entry = Math.floor(i / area) % weight.length;
        return value * (weight[entry] as number) + (bias[entry] as number);
      });
    },
    gradient: groupNormGradient,
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
      return normalizeRows(data, channels, epsilon).map(
        (value, i) => value * (weight[i % channels] as number) + (bias[i % channels] as number),
      );
    },
    gradient: layerNormGradient,
  },

  upsampleNearest: {
    shape: (inputs, { factor }) => ({
      dtype: "float32",
      dims: scaledDims(inputAt(inputs, 0).dims, (side) => side * factor),
    }),
    evaluate(inputs, { factor }, dims) {
      const { data } = inputAt(inputs, 0);
      const [, , height, width] = dims as [number, number, number, number];
      return Float64Array.from({ length: sizeOf(dims) }, (_, i) => {
        const [plane, row, column] = [
          Math.floor(i / (height * width)),
          Math.floor(i / width) % height,
          i % width,
        ];
        return data[
          (plane * (height / factor) + Math.floor(row / factor)) * (width / factor) +
            Math.floor(column / factor)
        ] as number;
      });
    },
    gradient: ({ g, dy, attributes: { factor } }) => [
      g.mul(g.averagePool(dy, factor), factor * factor),
    ],
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
        const target =
          (plane * height + Math.floor(row / factor)) * width + Math.floor(column / factor);
        out[target] = (out[target] as number) + value / (factor * factor);
      });
      return out;
    },
    gradient: ({ g, dy, attributes: { factor } }) => [
      g.mul(g.upsampleNearest(dy, factor), 1 / (factor * factor)),
    ],
  },
};

function assertAffine(shapes: readonly (readonly Dim[])[], channels: number): void {
  if (shapes.length !== 2 || shapes.some((dims) => dims.length !== 1 || dims[0] !== channels)) {
    throw new GraphError(
      `A normalisation over ${channels} channels takes weight and bias [${channels}]; it was given ${shapes.map(showDims).join(" and ")}.`,
    );
  }
}

function scaledDims(dims: readonly Dim[], scale: (side: number) => number): Dim[] {
  if (dims.length !== 4)
    throw new GraphError(
      `Resampling takes [batch, channel, height, width]; it was given ${showDims(dims)}.`,
    );
  return [dims[0] as Dim, dims[1] as Dim, scale(knownLength(dims, 2)), scale(knownLength(dims, 3))];
}

/**
 * (x - mean) / sqrt(variance + epsilon) over consecutive rows of a given length, with the biased
 * variance.
 */
function normalizeRows(data: Float64Array, length: number, epsilon: number): Float64Array {
  const out = new Float64Array(data.length);
  for (let start = 0; start < data.length; start += length) {
    const row = data.subarray(start, start + length);
    const mean = row.reduce((sum, value) => sum + value, 0) / length;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / length;
    for (let i = 0; i < length; i++)
      out[start + i] = ((row[i] as number) - mean) / Math.sqrt(variance + epsilon);
  }
  return out;
}

/**
 * With n = (x - mean) / deviation: dweight = sum dy n, dbias = sum dy over a channel's pixels, and
 * dx = (weight dy - mean(weight dy) - n mean(weight dy n)) / deviation. The last mean follows from
 * the sums for dweight, so that few passes over whole images remain.
 */
function groupNormGradient({
  g,
  inputs,
  dy,
  attributes: { groups, epsilon },
  needed,
}: GradientContext<"groupNorm">): (Value | undefined)[] {
  const x = inputAt(inputs, 0);
  const weight = inputAt(inputs, 1);
  const batch = x.dims[0] as Dim;
  const channels = knownLength(x.dims, 1);
  const area = x.dims
    .slice(2)
    .reduce<number>((product, _, i) => product * knownLength(x.dims, i + 2), 1);
  const length = (channels / groups) * area;
  const perImage = weight.dims.length === 2;
  const ofGroups = (value: Value) =>
    // [..., C] to [..., G, C/G]
    g.reshape(value, [...value.dims.slice(0, -1), groups, channels / groups]);
  const mean = (value: Value) => g.div(g.sum(value, [2], { keepDims: true }), length);

  const rows = g.reshape(x, [batch, groups, length]);
  const centred = g.sub(rows, mean(rows));
  const inverse = g.div(1, g.sqrt(g.add(mean(g.mul(centred, centred)), epsilon))); // [B, G, 1]
  const planes = g.reshape(dy, [batch, channels, area]);
  const sumDy = g.sum(planes, [2]);
  const sumDyN = g.mul(
    ofGroups(g.sum(g.mul(planes, g.reshape(centred, [batch, channels, area])), [2])),
    inverse,
  ); // [B, G, C/G]
  const dx = () => {
    const scale = g.mul(ofGroups(weight), inverse);
    const scaled = g.reshape(g.mul(planes, g.reshape(scale, [batch, channels, 1])), [
      batch,
      groups,
      length,
    ]);
    const uncentred = g.sub(scaled, g.mul(centred, g.mul(mean(g.mul(scale, sumDyN)), inverse)));
    // The mean is taken again, though it follows from sumDy: where it all cancels (a bias before a
    // group of one channel), what is left is then rounding of the last step alone.
    return g.reshape(g.sub(uncentred, mean(uncentred)), x.dims);
  };
  const affine = (perSample: Value) => (perImage ? perSample : g.sum(perSample, [0]));
  return [
    needed[0] ? dx() : undefined,
    needed[1] ? affine(g.reshape(sumDyN, [batch, channels])) : undefined,
    needed[2] ? affine(sumDy) : undefined,
  ];
}

/**
 * With n = (x - mean) / deviation and u = dy · weight: dx = (u - mean(u) - n mean(u n)) /
 * deviation; dweight = sum dy n; dbias = sum dy.
 */
function layerNormGradient({
  g,
  inputs,
  dy,
  attributes: { epsilon },
  needed,
}: GradientContext<"layerNorm">): (Value | undefined)[] {
  const x = inputAt(inputs, 0);
  const last = x.dims.length - 1;
  const others = x.dims.slice(0, -1).map((_, axis) => axis);
  const mean = (value: Value) =>
    g.div(g.sum(value, [last], { keepDims: true }), knownLength(x.dims, last));
  const centred = g.sub(x, mean(x));
  const deviation = g.sqrt(g.add(mean(g.mul(centred, centred)), epsilon));
  const n = g.div(centred, deviation);
  const dx = () => {
    const u = g.mul(dy, inputAt(inputs, 1));
    const v = g.sub(u, g.mul(n, mean(g.mul(u, n))));
    return g.div(g.sub(v, mean(v)), deviation);
  };
  return [
    needed[0] ? dx() : undefined,
    needed[1] ? g.sum(g.mul(dy, n), others) : undefined,
    needed[2] ? g.sum(dy, others) : undefined,
  ];
}
