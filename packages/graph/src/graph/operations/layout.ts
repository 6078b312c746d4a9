import { sizeOf } from "../../tensor.ts";
import type { Value } from "../builder.ts";
import type { Dim } from "../graph.ts";
import {
  broadcastDims,
  broadcastOffsets,
  GraphError,
  inputAt,
  knownLength,
  type NdArray,
  type OperationDefinition,
  offsetsOf,
  showDims,
  stridesOf,
  unbroadcast,
} from "./operation.ts";

type LayoutName =
  | "reshape"
  | "transpose"
  | "concat"
  | "slice"
  | "pad"
  | "broadcastTo"
  | "gather"
  | "scatterAdd"
  | "where"
  | "less"
  | "stopGradient"
  | "cast";

/**
 * Operations that move values without computing: each derivative moves them back, or adds up what
 * was copied.
 */
export const layout: { [K in LayoutName]: OperationDefinition<K> } = {
  reshape: {
    shape(inputs, { dims }) {
      const input = inputAt(inputs, 0);
      if (factors(input.dims) !== factors(dims))
        throw new GraphError(
          `A value of shape ${showDims(input.dims)} cannot be reshaped to ${showDims(dims)}.`,
        );
      if (dims.filter((dim) => typeof dim === "string").length > 1)
        throw new GraphError(
          `A reshape may have one symbolic length; it was given ${showDims(dims)}.`,
        );
      return { dtype: input.dtype, dims };
    },
    evaluate: (inputs) => inputAt(inputs, 0).data,
    gradient: ({ g, inputs, dy }) => [g.reshape(dy, inputAt(inputs, 0).dims)],
  },

  transpose: {
    shape(inputs, { permutation }) {
      const { dtype, dims } = inputAt(inputs, 0);
      if (
        ![...permutation].sort((a, b) => a - b).every((axis, i) => axis === i) ||
        permutation.length !== dims.length
      ) {
        throw new GraphError(
          `${showDims(permutation)} is no permutation of the axes of ${showDims(dims)}.`,
        );
      }
      return { dtype, dims: permutation.map((axis) => dims[axis] as Dim) };
    },
    evaluate(inputs, { permutation }, dims) {
      const x = inputAt(inputs, 0);
      const strides = stridesOf(x.dims);
      return pick(
        x.data,
        offsetsOf(
          dims,
          permutation.map((axis) => strides[axis] as number),
          0,
        ),
      );
    },
    gradient({ g, dy, attributes: { permutation } }) {
      return [
        g.transpose(
          dy,
          permutation.map((_, axis) => permutation.indexOf(axis)),
        ),
      ];
    },
  },

  concat: {
    shape(inputs, { axis }) {
      const first = inputAt(inputs, 0);
      for (const { dims } of inputs) {
        if (
          dims.length !== first.dims.length ||
          dims.some((dim, i) => i !== axis && dim !== first.dims[i])
        ) {
          throw new GraphError(
            `${inputs.map((input) => showDims(input.dims)).join(" and ")} cannot be joined along axis ${axis}.`,
          );
        }
      }
      const length = inputs.reduce((total, { dims }) => total + knownLength(dims, axis), 0);
      return { dtype: first.dtype, dims: first.dims.map((dim, i) => (i === axis ? length : dim)) };
    },
    evaluate(inputs, { axis }, dims) {
      const out = new Float64Array(sizeOf(dims));
      const outer = sizeOf(dims.slice(0, axis));
      const row = sizeOf(dims.slice(axis));
      let start = 0;
      for (const { data, dims: part } of inputs) {
        const width = sizeOf(part.slice(axis));
        for (let i = 0; i < outer; i++)
          out.set(data.subarray(i * width, (i + 1) * width), i * row + start);
        start += width;
      }
      return out;
    },
    gradient({ g, inputs, dy, attributes: { axis }, needed }) {
      let start = 0;
      return inputs.map((input, i) => {
        const length = knownLength(input.dims, axis);
        start += length;
        return needed[i] ? g.slice(dy, axis, start - length, start) : undefined;
      });
    },
  },

  slice: {
    shape(inputs, { axis, start, end, step }) {
      const { dtype, dims } = inputAt(inputs, 0);
      const length = knownLength(dims, axis);
      const count = Math.ceil((end - start) / step);
      const last = start + (count - 1) * step;
      if (!(count >= 1 && start >= 0 && start < length && last >= 0 && last < length)) {
        throw new GraphError(
          `The slice ${start}:${end}:${step} does not lie within axis ${axis} of ${showDims(dims)}.`,
        );
      }
      return { dtype, dims: dims.map((dim, i) => (i === axis ? count : dim)) };
    },
    evaluate(inputs, { axis, start, step }, dims) {
      const x = inputAt(inputs, 0);
      const strides = stridesOf(x.dims);
      return pick(
        x.data,
        offsetsOf(
          dims,
          strides.map((stride, i) => (i === axis ? stride * step : stride)),
          start * (strides[axis] as number),
        ),
      );
    },
    gradient({ g, inputs, dy, attributes: { axis, start, step } }) {
      const length = knownLength(inputAt(inputs, 0).dims, axis);
      const count = knownLength(dy.dims, axis);
      const first = step < 0 ? start + (count - 1) * step : start;
      const ordered = step < 0 ? g.slice(dy, axis, count - 1, -1, -1) : dy;
      const spread = spreadAxis(g, ordered, axis, Math.abs(step));
      const covered = knownLength(spread.dims, axis);
      return [g.pad(spread, axis, first, length - first - covered)];
    },
  },

  pad: {
    shape(inputs, { pads }) {
      const { dtype, dims } = inputAt(inputs, 0);
      if (pads.length !== dims.length || pads.flat().some((pad) => !Number.isInteger(pad)))
        throw new GraphError(`Padding ${showDims(dims)} takes one pair of integers an axis.`);
      return {
        dtype,
        dims: dims.map((dim, axis) =>
          isUntouched(pads, axis) ? dim : paddedLength(dims, pads, axis),
        ),
      };
    },
    evaluate(inputs, { pads }, dims) {
      const x = inputAt(inputs, 0);
      const kept = x.dims.map(
        (dim, axis) =>
          dim + (pads[axis] ?? [0, 0]).reduce((total, pad) => total + Math.min(pad, 0), 0),
      );
      const begin = (strides: readonly number[], sign: 1 | -1) =>
        pads.reduce(
          (offset, [before], axis) =>
            offset + Math.max(sign * before, 0) * (strides[axis] as number),
          0,
        );
      const out = new Float64Array(sizeOf(dims));
      const targets = offsetsOf(kept, stridesOf(dims), begin(stridesOf(dims), 1));
      offsetsOf(kept, stridesOf(x.dims), begin(stridesOf(x.dims), -1)).forEach((source, i) => {
        out[targets[i] as number] = x.data[source] as number;
      });
      return out;
    },
    gradient({ g, inputs, dy, attributes: { pads } }) {
      const { dims } = inputAt(inputs, 0);
      if (pads.flat().some((pad) => pad < 0))
        return [
          g.padAxes(
            dy,
            pads.map(([before, after]) => [-before, -after] as const),
          ),
        ];
      return [
        pads.reduce(
          (value: Value, [before], axis) =>
            isUntouched(pads, axis)
              ? value
              : g.slice(value, axis, before, before + knownLength(dims, axis)),
          dy,
        ),
      ];
    },
  },

  broadcastTo: {
    shape(inputs, { dims }) {
      const x = inputAt(inputs, 0);
      const result = broadcastDims(x.dims, dims);
      if (result.length !== dims.length || result.some((dim, axis) => dim !== dims[axis]))
        throw new GraphError(`${showDims(x.dims)} cannot be repeated to ${showDims(dims)}.`);
      return { dtype: x.dtype, dims };
    },
    evaluate(inputs, _attributes, dims) {
      const x = inputAt(inputs, 0);
      return pick(x.data, broadcastOffsets(x.dims, dims));
    },
    gradient: ({ g, inputs, dy }) => [unbroadcast(g, dy, inputAt(inputs, 0).dims)],
  },

  gather: {
    shape(inputs) {
      const table = inputAt(inputs, 0);
      const indices = inputAt(inputs, 1);
      if (indices.dtype !== "int64")
        throw new GraphError(`gather takes int64 indices; it was given ${indices.dtype}.`);
      return { dtype: table.dtype, dims: [...indices.dims, ...table.dims.slice(1)] };
    },
    evaluate(inputs, _attributes, dims) {
      const table = inputAt(inputs, 0);
      const width = sizeOf(table.dims.slice(1));
      const out = new Float64Array(sizeOf(dims));
      inputAt(inputs, 1).data.forEach((index, i) => {
        if (index < 0 || index >= (table.dims[0] ?? 0))
          throw new GraphError(`gather reads row ${index} of a table of ${table.dims[0]} rows.`);
        out.set(table.data.subarray(index * width, (index + 1) * width), i * width);
      });
      return out;
    },
    gradient: ({ g, inputs, dy }) => [
      g.scatterAdd(inputAt(inputs, 1), dy, knownLength(inputAt(inputs, 0).dims, 0)),
      undefined,
    ],
  },

  scatterAdd: {
    shape(inputs, { rows }) {
      const indices = inputAt(inputs, 0);
      const updates = inputAt(inputs, 1);
      if (indices.dims.some((dim, axis) => dim !== updates.dims[axis]))
        throw new GraphError(
          `Updates ${showDims(updates.dims)} do not begin with the indices' shape ${showDims(indices.dims)}.`,
        );
      return { dtype: updates.dtype, dims: [rows, ...updates.dims.slice(indices.dims.length)] };
    },
    evaluate(inputs, _attributes, dims) {
      const updates = inputAt(inputs, 1);
      const width = sizeOf(dims.slice(1));
      const out = new Float64Array(sizeOf(dims));
      inputAt(inputs, 0).data.forEach((row, i) => {
        for (let j = 0; j < width; j++)
          out[row * width + j] =
            (out[row * width + j] as number) + (updates.data[i * width + j] as number);
      });
      return out;
    },
    gradient: ({ g, inputs, dy }) => [undefined, g.gather(dy, inputAt(inputs, 0))],
  },

  where: {
    shape(inputs) {
      const condition = inputAt(inputs, 0);
      const a = inputAt(inputs, 1);
      const b = inputAt(inputs, 2);
      if (condition.dtype !== "bool" || a.dtype !== b.dtype)
        throw new GraphError(
          `where takes bool and two values of one type; it was given ${condition.dtype}, ${a.dtype}, ${b.dtype}.`,
        );
      return { dtype: a.dtype, dims: broadcastDims(condition.dims, broadcastDims(a.dims, b.dims)) };
    },
    evaluate(inputs, _attributes, dims) {
      const [condition, a, b] = [0, 1, 2].map((i) => {
        const input: NdArray = inputAt(inputs, i);
        return pick(input.data, broadcastOffsets(input.dims, dims));
      }) as [Float64Array, Float64Array, Float64Array];
      return condition.map((chosen, i) => (chosen ? (a[i] as number) : (b[i] as number)));
    },
    gradient({ g, inputs, dy, needed }) {
      const condition = inputAt(inputs, 0);
      const zero = g.scalar(0);
      return [
        undefined,
        needed[1]
          ? unbroadcast(g, g.where(condition, dy, zero), inputAt(inputs, 1).dims)
          : undefined,
        needed[2]
          ? unbroadcast(g, g.where(condition, zero, dy), inputAt(inputs, 2).dims)
          : undefined,
      ];
    },
  },

  less: {
    shape(inputs) {
      const a = inputAt(inputs, 0);
      const b = inputAt(inputs, 1);
      if (a.dtype !== "float32" || b.dtype !== "float32")
        throw new GraphError(
          `less takes two float32 values; it was given ${a.dtype} and ${b.dtype}.`,
        );
      return { dtype: "bool", dims: broadcastDims(a.dims, b.dims) };
    },
    evaluate(inputs, _attributes, dims) {
      const a = inputAt(inputs, 0);
      const b = pick(inputAt(inputs, 1).data, broadcastOffsets(inputAt(inputs, 1).dims, dims));
      return pick(a.data, broadcastOffsets(a.dims, dims)).map((value, i) =>
        value < (b[i] as number) ? 1 : 0,
      );
    },
    gradient: () => [undefined, undefined],
  },

  stopGradient: {
    shape: (inputs) => inputAt(inputs, 0),
    evaluate: (inputs) => inputAt(inputs, 0).data,
    gradient: () => [undefined],
  },

  cast: {
    shape: (inputs, { to }) => ({ dtype: to, dims: inputAt(inputs, 0).dims }),
    evaluate: (inputs, { to }) =>
      to === "bool"
        ? inputAt(inputs, 0).data.map((x) => (x ? 1 : 0))
        : to.includes("int")
          ? inputAt(inputs, 0).data.map(Math.trunc)
          : inputAt(inputs, 0).data,
    gradient: ({ inputs, dy }) => [inputAt(inputs, 0).dtype === "float32" ? dy : undefined],
  },
};

/**
 * Puts `step - 1` zeros between the elements of an axis: a new last place in the axis's own cell,
 * filled by padding, then cut after the last element.
 */
export function spreadAxis(
  g: Parameters<typeof unbroadcast>[0],
  x: Value,
  axis: number,
  step: number,
): Value {
  if (step === 1) return x;
  const length = knownLength(x.dims, axis);
  const cells = g.reshape(x, [...x.dims.slice(0, axis + 1), 1, ...x.dims.slice(axis + 1)]);
  const padded = g.pad(cells, axis + 1, 0, step - 1);
  const flat = g.reshape(padded, [
    ...x.dims.slice(0, axis),
    length * step,
    ...x.dims.slice(axis + 1),
  ]);
  return g.slice(flat, axis, 0, (length - 1) * step + 1);
}

function pick(data: Float64Array, offsets: Int32Array): Float64Array {
  return Float64Array.from(offsets, (offset) => data[offset] as number);
}

function isUntouched(pads: readonly (readonly [number, number])[], axis: number): boolean {
  return pads[axis]?.every((pad) => pad === 0) ?? true;
}

function paddedLength(
  dims: readonly Dim[],
  pads: readonly (readonly [number, number])[],
  axis: number,
): number {
  const [before, after] = pads[axis] ?? [0, 0];
  const length = knownLength(dims, axis);
  const kept = length + Math.min(before, 0) + Math.min(after, 0);
  if (kept < 0 || length + before + after < 1)
    throw new GraphError(
      `Padding axis ${axis} of ${showDims(dims)} by ${before} and ${after} leaves nothing of it.`,
    );
  return length + before + after;
}

/**
 * Symbols in order and the product of the known lengths: equal for shapes that hold the same
 * elements.
 */
function factors(dims: readonly Dim[]): string {
  const known = dims.reduce<number>(
    (product, dim) => (typeof dim === "number" ? product * dim : product),
    1,
  );
  return [...dims.filter((dim) => typeof dim === "string"), known].join("*");
}
