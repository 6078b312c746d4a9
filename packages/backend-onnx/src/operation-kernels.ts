import type { Dim, OperationAttributes, OperationName, ValueType } from "@glissade/graph";
import { elementType, type OnnxAttribute } from "./model-proto.ts";

/** One ONNX operation whose single result has no name yet. */
export interface OnnxOperation {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** A graph's node as its kernel sees it: values by their ONNX names. */
export interface OperationCall<K extends OperationName> {
  readonly inputs: readonly string[];
  readonly attributes: OperationAttributes[K];
  readonly outputType: ValueType;
  /** Name of the input at a position. */
  input(index: number): string;
  inputType(index: number): ValueType;
}

/** What a kernel may add to the model besides its own operation. */
export interface OnnxScope {
  /** An operation before the last one; returns the name of its result. */
  emit(operation: OnnxOperation): string;
  /** A constant int64 vector. */
  integers(values: readonly number[]): string;
  /** A constant float32 vector. */
  floats(values: readonly number[]): string;
  /**
   * A shape as an int64 vector; symbolic lengths are read from the graph's inputs when the graph
   * runs.
   */
  shape(dims: readonly Dim[]): string;
  /** What a Reshape is given: lengths, and at most one -1. */
  reshapeLengths(lengths: readonly number[]): string;
}

/**
 * The last ONNX operation that a graph's operation becomes; those before it are emitted into the
 * scope.
 */
export type OperationKernel<K extends OperationName> = (
  call: OperationCall<K>,
  scope: OnnxScope,
) => OnnxOperation;

/**
 * Every operation as standard ONNX operators. Nothing of ONNX Runtime's own domain is written: its
 * optimiser finds the fused forms that a provider has (FusedMatMul, Gemm, blocked convolution
 * layouts) in these, and they run elsewhere too. Measured in docs/decisions/onnx-fused-forms.md.
 */
export const operationKernels: { readonly [K in OperationName]: OperationKernel<K> } = {
  add: elementwise("Add"),
  sub: elementwise("Sub"),
  mul: elementwise("Mul"),
  div: elementwise("Div"),
  exp: elementwise("Exp"),
  log: elementwise("Log"),
  sqrt: elementwise("Sqrt"),
  sin: elementwise("Sin"),
  cos: elementwise("Cos"),
  tanh: elementwise("Tanh"),
  sigmoid: ({ input }, scope) => node("Div", [scope.floats([1]), onePlusExpMinus(scope, input(0))]),
  erf: elementwise("Erf"),
  gelu({ input }, scope) {
    const half = scope.emit(node("Mul", [input(0), scope.floats([0.5])]));
    const erf = polynomialErf(
      scope,
      scope.emit(node("Mul", [input(0), scope.floats([Math.SQRT1_2])])),
    );
    return node("Mul", [half, scope.emit(node("Add", [erf, scope.floats([1])]))]);
  },
  where: elementwise("Where"),
  less: elementwise("Less"),
  silu: ({ input }, scope) => node("Div", [input(0), onePlusExpMinus(scope, input(0))]),

  sum: ({ input, attributes: { axes, keepDims } }, scope) =>
    node("ReduceSum", [input(0), scope.integers(axes)], {
      keepdims: { int: Number(keepDims) },
      noop_with_empty_axes: { int: 1 },
    }),
  softmax: ({ input, attributes: { axis } }) =>
    node("Softmax", [input(0)], { axis: { int: axis } }),

  matmul({ input, inputType, attributes: { transposeA, transposeB } }, scope) {
    const a = transposeA ? swapLastTwo(input(0), inputType(0), scope) : input(0);
    const b = transposeB ? swapLastTwo(input(1), inputType(1), scope) : input(1);
    return node("MatMul", [a, b]);
  },
  conv2d({ inputs, attributes: { stride, padding } }) {
    return node("Conv", inputs, {
      strides: { ints: [stride, stride] },
      pads: { ints: [...padding, ...padding] },
    });
  },

  groupNorm: groupNormalization,
  layerNorm: ({ inputs, attributes: { epsilon } }) =>
    node("LayerNormalization", inputs, { axis: { int: -1 }, epsilon: { float: epsilon } }),

  reshape: ({ input, attributes: { dims } }, scope) =>
    node("Reshape", [input(0), scope.reshapeLengths(dims.map(lengthOrRest))]),
  transpose: ({ input, attributes: { permutation } }) =>
    node("Transpose", [input(0)], { perm: { ints: permutation } }),
  concat: ({ inputs, attributes: { axis } }) => node("Concat", inputs, { axis: { int: axis } }),
  slice({ input, outputType, attributes: { axis, start, end, step } }, scope) {
    if (step >= -1) return slice(input(0), { axis, start, end, step }, scope);
    // Larger steps back in two: ONNX Runtime's WebGPU kernel starts them at the wrong element.
    const last = start + (Number(outputType.dims[axis]) - 1) * step;
    const ascending = scope.emit(
      slice(input(0), { axis, start: last, end: start + 1, step: -step }, scope),
    );
    return slice(
      ascending,
      { axis, start: Number(outputType.dims[axis]) - 1, end: -1, step: -1 },
      scope,
    );
  },
  pad({ input, attributes: { pads } }, scope) {
    return node("Pad", [
      input(0),
      scope.integers([...pads.map(([before]) => before), ...pads.map(([, after]) => after)]),
    ]);
  },
  broadcastTo({ input, inputType, attributes: { dims } }, scope) {
    const missing = dims.length - inputType(0).dims.length;
    // Expand keeps an axis whose length is asked to be 1
    const repeated = dims.map((dim, axis) => (dim === inputType(0).dims[axis - missing] ? 1 : dim));
    return node("Expand", [input(0), scope.shape(repeated)]);
  },

  gather: ({ inputs }) => node("Gather", inputs, { axis: { int: 0 } }),
  scatterAdd: scatterAddition,
  stopGradient: elementwise("Identity"),
  cast: ({ input, attributes: { to } }) =>
    node("Cast", [input(0)], { to: { int: elementType[to] } }),

  upsampleNearest: ({ input, attributes: { factor } }, scope) =>
    node("Resize", [input(0), "", scope.floats([1, 1, factor, factor])], {
      mode: { string: "nearest" },
      coordinate_transformation_mode: { string: "asymmetric" },
      nearest_mode: { string: "floor" },
    }),
  averagePool: ({ input, attributes: { factor } }) =>
    node("AveragePool", [input(0)], {
      kernel_shape: { ints: [factor, factor] },
      strides: { ints: [factor, factor] },
    }),
};

/**
 * 1 + exp(-x), the divisor of SiLU and the logistic function. ONNX Runtime's own Sigmoid, and
 * QuickGelu with it, is a rational approximation with an absolute error near 1e-7, which SiLU
 * multiplies by x: at x = -8 a relative error of 2e-4. This form is good to the last digit and
 * costs 2 to 4 % of a network's time (docs/decisions/onnx-fused-forms.md).
 */
function onePlusExpMinus(scope: OnnxScope, x: string): string {
  return scope.emit(
    node("Add", [scope.emit(node("Exp", [scope.emit(node("Neg", [x]))])), scope.floats([1])]),
  );
}

/**
 * erf by the formula that PyTorch's GELU uses on a CPU, in float32: 1 - (a1 t + ... + a5 t^5)
 * exp(-x^2) with t = 1 / (1 + p x) for x >= 0, odd in x. Its error of 1.5e-7 shows in GELU's left
 * tail, where 1 + erf cancels; with ONNX Runtime's Erf, whose error is of the same size but
 * another, the two differ by more than either does from the truth
 * (docs/decisions/reference-rounding.md).
 * @see Abramowitz & Stegun 1964, formula 7.1.26
 */
function polynomialErf(scope: OnnxScope, x: string): string {
  const constant = (value: number) => scope.floats([value]);
  const op = (operator: string, ...inputs: string[]) => scope.emit(node(operator, inputs));
  const size = op("Abs", x);
  const t = op("Div", constant(1), op("Add", op("Mul", size, constant(0.3275911)), constant(1)));
  const [highest, ...lower] = [
    1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592,
  ] as const;
  const polynomial = lower.reduce(
    (sum, a) => op("Mul", op("Add", sum, constant(a)), t),
    op("Mul", constant(highest), t),
  );
  const tail = op("Mul", polynomial, op("Exp", op("Neg", op("Mul", x, x))));
  return op("Mul", op("Sign", x), op("Sub", constant(1), tail));
}

export function node(
  operator: string,
  inputs: readonly string[],
  attributes: Readonly<Record<string, OnnxAttribute>> = {},
): OnnxOperation {
  return { operator, inputs, attributes };
}

function slice(
  x: string,
  { axis, start, end, step }: OperationAttributes["slice"],
  scope: OnnxScope,
): OnnxOperation {
  // ONNX counts a negative end from the back: "before element 0" is any number that is too small.
  const stop = step < 0 && end < 0 ? -(2 ** 31) : end;
  return node("Slice", [
    x,
    scope.integers([start]),
    scope.integers([stop]),
    scope.integers([axis]),
    scope.integers([step]),
  ]);
}

function elementwise<K extends OperationName>(operator: string): OperationKernel<K> {
  return ({ inputs }) => node(operator, inputs);
}

/**
 * Matrices transposed in a node of its own: the optimiser makes it a flag of the product, or folds
 * it into a constant weight.
 */
function swapLastTwo(x: string, { dims }: ValueType, scope: OnnxScope): string {
  const axes = dims.map((_, axis) => axis);
  return scope.emit(
    node("Transpose", [x], {
      perm: { ints: [...axes.slice(0, -2), axes.length - 1, axes.length - 2] },
    }),
  );
}

/**
 * Groups normalised as the channels of an instance normalisation, then each channel scaled and
 * shifted. Where all images share the scales, the last is a BatchNormalization because that does
 * both in one pass over the data: with mean 0, variance 1/2 and epsilon 1/2 it multiplies by
 * exactly 1 before the weights.
 */
function groupNormalization(
  { input, inputType, attributes: { groups, epsilon } }: OperationCall<"groupNorm">,
  scope: OnnxScope,
): OnnxOperation {
  const { dims } = inputType(0);
  const channels = Number(dims[1]);
  const grouped = scope.emit(node("Reshape", [input(0), scope.integers([0, groups, -1])]));
  const ones = scope.floats(new Array<number>(groups).fill(1));
  const zeros = scope.floats(new Array<number>(groups).fill(0));
  const normalized = scope.emit(
    node("InstanceNormalization", [grouped, ones, zeros], { epsilon: { float: epsilon } }),
  );
  const separate = scope.emit(node("Reshape", [normalized, reshapeTarget(input(0), dims, scope)]));
  if (inputType(1).dims.length === 2) {
    const perImage = (index: number) =>
      scope.emit(
        node("Reshape", [
          input(index),
          scope.integers([-1, channels, ...dims.slice(2).map(() => 1)]),
        ]),
      );
    return node("Add", [scope.emit(node("Mul", [separate, perImage(1)])), perImage(2)]);
  }
  const mean = scope.floats(new Array<number>(channels).fill(0));
  const variance = scope.floats(new Array<number>(channels).fill(0.5));
  return node("BatchNormalization", [separate, input(1), input(2), mean, variance], {
    epsilon: { float: 0.5 },
  });
}

/**
 * Rows added one element at a time. ScatterND would take whole rows, but ONNX Runtime's adds to
 * equal rows from several threads at once (microsoft/onnxruntime issue 23396): sums get lost.
 */
function scatterAddition(
  { input, outputType, attributes: { rows } }: OperationCall<"scatterAdd">,
  scope: OnnxScope,
): OnnxOperation {
  const rest = outputType.dims.slice(1);
  const width = rest.reduce<number>((product, dim) => product * Number(dim), 1);
  const updates = scope.emit(node("Reshape", [input(1), scope.integers([-1, width])]));
  const column = scope.emit(node("Reshape", [input(0), scope.integers([-1, 1])]));
  const indices = scope.emit(node("Expand", [column, scope.emit(node("Shape", [updates]))]));
  const zeros = scope.emit(node("Expand", [scope.floats([0]), scope.integers([rows, width])]));
  const sums = scope.emit(
    node("ScatterElements", [zeros, indices, updates], {
      axis: { int: 0 },
      reduction: { string: "add" },
    }),
  );
  return node("Reshape", [sums, scope.integers([rows, ...rest.map(Number)])]);
}

/** Reshape works out one length by itself: the symbolic one. */
function lengthOrRest(dim: Dim): number {
  return typeof dim === "number" ? dim : -1;
}

function reshapeTarget(x: string, dims: readonly Dim[], scope: OnnxScope): string {
  const symbols = dims.filter((dim) => typeof dim === "string").length;
  return symbols <= 1 ? scope.integers(dims.map(lengthOrRest)) : scope.emit(node("Shape", [x]));
}
