import {
  GraphCompileError,
  type OperationAttributes,
  type OperationName,
  sizeOf,
} from "@glissade/graph";
import { gelu, sineByReduction } from "./special-functions.ts";
import type { BackendTraits, TensorFlow, TfTensor } from "./tensorflow.ts";

export interface KernelCall<K extends OperationName> {
  readonly tf: TensorFlow;
  readonly traits: BackendTraits;
  readonly inputs: readonly TfTensor[];
  /** @throws GraphCompileError where there is none at this position. */
  input(index: number): TfTensor;
  /** In memory's order of axes. */
  readonly attributes: OperationAttributes[K];
  /** The output's shape in memory. */
  readonly dims: number[];
}

/**
 * One operation on tensors whose images have their channels last and whose kernels are [height,
 * width, in, out]. The result is a new tensor.
 */
export type Kernel<K extends OperationName> = (call: KernelCall<K>) => TfTensor;

/** Every operation in TensorFlow.js's. */
export const kernels: { readonly [K in OperationName]: Kernel<K> } = {
  add: ({ tf, input }) => tf.add(input(0), input(1)),
  sub: ({ tf, input }) => tf.sub(input(0), input(1)),
  mul: ({ tf, input }) => tf.mul(input(0), input(1)),
  div: ({ tf, input }) => tf.div(input(0), input(1)),
  less: ({ tf, input }) => tf.less(input(0), input(1)),
  where: ({ tf, input }) => tf.where(input(0), input(1), input(2)),
  exp: ({ tf, input }) => tf.exp(input(0)),
  log: ({ tf, input }) => tf.log(input(0)),
  sqrt: ({ tf, input }) => tf.sqrt(input(0)),
  sin: ({ tf, input, traits }) =>
    traits.exactAngles ? tf.sin(input(0)) : sineByReduction(tf, input(0), 0),
  cos: ({ tf, input, traits }) =>
    traits.exactAngles ? tf.cos(input(0)) : sineByReduction(tf, input(0), 1),
  tanh: ({ tf, input }) => tf.tanh(input(0)),
  sigmoid: ({ tf, input }) => tf.sigmoid(input(0)),
  erf: ({ tf, input }) => tf.erf(input(0)),
  silu: ({ tf, input }) => tf.mul(input(0), tf.sigmoid(input(0))),
  gelu: ({ tf, input }) => gelu(tf, input(0)),
  cast({ tf, input, attributes: { to } }) {
    // WebAssembly's own cast keeps the number's lowest byte
    if (to === "bool") return tf.notEqual(input(0), 0);
    return tf.cast(input(0), to === "float32" ? to : "int32");
  },
  stopGradient({ tf, input }) {
    const constant = tf.customGrad((x) => ({
      value: tf.clone(x as TfTensor),
      gradFunc: (dy) => tf.zerosLike(dy),
    })); // its type allows what saves activations as well
    return constant(input(0));
  },

  sum: ({ tf, input, attributes: { axes, keepDims } }) =>
    axes.length === 0 ? tf.clone(input(0)) : tf.sum(input(0), [...axes], keepDims),
  softmax: ({ tf, input }) => tf.softmax(input(0)),
  matmul: matrixProduct,
  conv2d: convolution,
  groupNorm: groupNormalization,
  layerNorm({ tf, input, attributes: { epsilon } }) {
    const x = input(0);
    const mean = tf.mean(x, -1, true);
    const variance = tf.mean(tf.squaredDifference(x, mean), -1, true);
    const normalized = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon)));
    return tf.add(tf.mul(normalized, input(1)), input(2));
  },

  reshape: ({ tf, input, dims }) => tf.reshape(input(0), dims),
  transpose: ({ tf, input, attributes: { permutation } }) =>
    tf.transpose(input(0), [...permutation]),
  concat: ({ tf, inputs, attributes: { axis } }) => tf.concat([...inputs], axis),
  slice({ tf, input, attributes: { axis, start, step }, dims }) {
    const x = input(0);
    const begin = dims.map(() => 0);
    const size = [...dims];
    if (step === 1) return tf.slice(x, withEntry(begin, axis, start), size);
    const length = dims[axis] ?? 0;
    const [low, stride] = step > 0 ? [start, step] : [start + (length - 1) * step, -step];
    const ascending = tf.stridedSlice(
      x,
      withEntry(begin, axis, low),
      withEntry(x.shape, axis, low + (length - 1) * stride + 1),
      withEntry(
        dims.map(() => 1),
        axis,
        stride,
      ),
    );
    return step > 0 ? ascending : tf.reverse(ascending, axis);
  },
  pad({ tf, input, attributes: { pads } }) {
    const x = input(0);
    const begin = pads.map(([before]) => Math.max(0, -before));
    const size = x.shape.map(
      (length, axis) => length - (begin[axis] ?? 0) - Math.max(0, -(pads[axis]?.[1] ?? 0)),
    );
    const kept = size.every((length, axis) => length === x.shape[axis])
      ? x
      : tf.slice(x, begin, size);
    return tf.pad(
      kept,
      pads.map(([before, after]) => [Math.max(0, before), Math.max(0, after)]),
    );
  },
  // TensorFlow.js's own, a Tile, is a hundred times slower on WebAssembly
  broadcastTo: ({ tf, input, dims }) => tf.add(tf.fill(dims, 0), input(0)),

  gather: ({ tf, input }) => tf.gather(input(0), input(1)),
  scatterAdd: rowSums,
  upsampleNearest({ tf, input, dims: [, height = 0, width = 0] }) {
    // from the pixels' centres: no rounding can fall on another pixel
    return tf.image.resizeNearestNeighbor(images(input(0)), [height, width], false, true);
  },
  averagePool: ({ tf, input, attributes: { factor } }) =>
    tf.avgPool(images(input(0)), factor, factor, "valid"),
};

/**
 * TensorFlow.js's types tell ranks apart; an operation on images has four axes by its own
 * definition.
 */
function images(x: TfTensor): ReturnType<TensorFlow["tensor4d"]> {
  if (x.shape.length !== 4)
    throw new GraphCompileError(
      `An operation on images was given a tensor of shape [${x.shape.join(", ")}].`,
    );
  return x as ReturnType<TensorFlow["tensor4d"]>;
}

function withEntry(entries: readonly number[], index: number, value: number): number[] {
  return entries.map((entry, i) => (i === index ? value : entry));
}

/**
 * "same" and "valid" are what every backend has, gradients included; any other padding is written
 * into the image.
 */
function convolution({
  tf,
  inputs,
  input,
  attributes: { stride, padding },
}: KernelCall<"conv2d">): TfTensor {
  const filter = images(input(1));
  const [height, width] = filter.shape;
  const [padY, padX] = padding;
  const same = stride === 1 && height === 2 * padY + 1 && width === 2 * padX + 1;
  const padded =
    same || (padY === 0 && padX === 0)
      ? input(0)
      : tf.pad(input(0), [
          [0, 0],
          [padY, padY],
          [padX, padX],
          [0, 0],
        ]);
  const [, , bias] = inputs;
  return tf.fused.conv2d({
    x: images(padded),
    filter,
    strides: stride,
    pad: same ? "same" : "valid",
    ...(bias ? { bias } : {}),
  });
}

/**
 * Statistics of whole channels first, by pooling, which is many times faster than sums over axes in
 * the middle; a group's variance is the mean of its channels' variances and the variance of their
 * means. As in PyTorch, each channel is then scaled and shifted once.
 */
function groupNormalization({
  tf,
  input,
  attributes: { groups, epsilon },
}: KernelCall<"groupNorm">): TfTensor {
  const x = input(0);
  const [batch = 1, ...spatial] = x.shape.slice(0, -1);
  const channels = x.shape.at(-1) ?? 1;
  const area = sizeOf(spatial);
  const pixels = tf.reshape(x, [batch, area, 1, channels]);
  const meanOfPixels = (values: TfTensor) => tf.avgPool(images(values), [area, 1], 1, "valid");
  // of one image or of each
  const inGroups = (values: TfTensor) => tf.reshape(values, [-1, groups, channels / groups]);
  const ofChannels = (values: TfTensor) => tf.reshape(values, [-1, 1, 1, channels]);

  const channelMean = meanOfPixels(pixels);
  const channelVariance = meanOfPixels(tf.squaredDifference(pixels, channelMean));
  const mean = tf.mean(inGroups(channelMean), 2, true);
  const variance = tf.mean(
    tf.add(inGroups(channelVariance), tf.squaredDifference(inGroups(channelMean), mean)),
    2,
    true,
  );
  const scale = tf.mul(tf.rsqrt(tf.add(variance, epsilon)), inGroups(input(1)));
  const shift = tf.sub(inGroups(input(2)), tf.mul(mean, scale));
  return tf.reshape(tf.add(tf.mul(pixels, ofChannels(scale)), ofChannels(shift)), x.shape);
}

/** Rows of one matrix by another are one product, whatever leading axes they have. */
function matrixProduct({
  tf,
  input,
  attributes: { transposeA, transposeB },
  traits,
  dims,
}: KernelCall<"matmul">): TfTensor {
  const [a, b] = [input(0), input(1)];
  if (b.shape.length === 2 && !transposeA) {
    const rows = tf.reshape(a, [-1, a.shape.at(-1) ?? 1]);
    return tf.reshape(tf.matMul(rows, b, false, transposeB), dims);
  }
  if (traits.fastProducts || dims.length === 2) return tf.matMul(a, b, transposeA, transposeB);
  return oneByOne(tf, a, b, dims);
}

/** The products of many matrices, one at a time: where only those have a fast form. */
function oneByOne(tf: TensorFlow, a: TfTensor, b: TfTensor, dims: number[]): TfTensor {
  const leading = dims.slice(0, -2);
  const matrices = (x: TfTensor) => {
    const [rows = 1, columns = 1] = x.shape.slice(-2);
    const full = [...leading, rows, columns];
    const repeated = sizeOf(x.shape) === sizeOf(full) ? x : tf.add(tf.fill(full, 0), x);
    return tf.unstack(tf.reshape(repeated, [-1, rows, columns]));
  };
  const right = matrices(b);
  // both have one for every entry of the leading axes
  const products = matrices(a).map((matrix, i) => tf.matMul(matrix, right[i] as TfTensor));
  return tf.reshape(tf.stack(products), dims);
}

function rowSums({
  tf,
  traits,
  input,
  attributes: { rows },
  dims,
}: KernelCall<"scatterAdd">): TfTensor {
  const width = sizeOf(dims.slice(1));
  const updates = tf.reshape(input(1), [-1, width]);
  const indices = tf.reshape(input(0), [-1]);
  const sums = traits.segmentSum
    ? tf.unsortedSegmentSum(
        updates,
        tf.cast(indices, "int32") as ReturnType<TensorFlow["tensor1d"]>,
        rows,
      ) // of one axis since its reshape
    : tf.scatterND(tf.reshape(indices, [-1, 1]), updates, [rows, width]);
  return tf.reshape(sums, dims);
}
