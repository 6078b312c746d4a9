import {
  type AnyTensor,
  type Backend,
  type Dim,
  evaluateGraph,
  GraphBuilder,
  type OperationName,
  sizeOf,
  type Tensor,
  tensor,
  typedTensor,
  type Value,
  weightsFromTensors,
} from "../index.ts";

/** Writes one operation into a graph, on inputs and weights that the maker makes up. */
export type Case = (make: Maker) => Value;

export class Maker {
  readonly g = new GraphBuilder();
  readonly inputs: Record<string, AnyTensor> = {};
  readonly parameters: Record<string, AnyTensor> = {};
  #seed = 7;

  /** An input whose first axis is symbolic unless `fixed`; values in [low, high). */
  readonly x = (
    dims: readonly number[],
    { low = -2, high = 2, fixed = false }: { low?: number; high?: number; fixed?: boolean } = {},
  ): Value => this.input(this.#random(dims, low, high), fixed ? dims : ["batch", ...dims.slice(1)]);

  readonly indices = (dims: readonly number[], values: readonly number[]): Value =>
    this.input(typedTensor("int64", dims, BigInt64Array.from(values, BigInt)), [
      "batch",
      ...dims.slice(1),
    ]);

  readonly input = (value: AnyTensor, dims: readonly Dim[]): Value => {
    const name = `x${Object.keys(this.inputs).length}`;
    this.inputs[name] = value;
    return this.g.input(name, dims, value.dtype);
  };

  readonly weight = (dims: readonly number[]): Value => {
    const name = `w${Object.keys(this.parameters).length}`;
    this.parameters[name] = this.#random(dims, -1, 1);
    return this.g.parameter(name, dims);
  };

  #random(dims: readonly number[], low: number, high: number): Tensor {
    const values = Float32Array.from({ length: sizeOf(dims) }, () => {
      this.#seed = (Math.imul(this.#seed, 1664525) + 1013904223) >>> 0;
      return low + ((high - low) * this.#seed) / 2 ** 32;
    });
    return tensor(dims, values);
  }
}

const unary =
  (
    operation:
      | "exp"
      | "log"
      | "sqrt"
      | "sin"
      | "cos"
      | "tanh"
      | "sigmoid"
      | "erf"
      | "silu"
      | "gelu",
    low = -4,
  ): Case =>
  ({ g, x }) =>
    g[operation](x([2, 3, 5], { low, high: 4 }));

/** Every operation is here: the type names one that is missing. */
export const operationCases: Record<OperationName, Record<string, Case>> = {
  add: {
    "a vector to every row": ({ g, x, weight }) => g.add(x([2, 3, 4]), weight([4])),
    "a number": ({ g, x }) => g.add(x([2, 3]), 1.5),
  },
  sub: { "with broadcasting of both": ({ g, x, weight }) => g.sub(x([2, 3, 1]), weight([1, 5])) },
  mul: { "per channel": ({ g, x, weight }) => g.mul(x([2, 3, 4, 4]), weight([1, 3, 1, 1])) },
  div: { "by positive numbers": ({ g, x }) => g.div(x([2, 3]), x([2, 3], { low: 0.5 })) },
  exp: { elementwise: unary("exp") },
  log: { elementwise: unary("log", 0.01) },
  sqrt: { elementwise: unary("sqrt", 0) },
  sin: {
    elementwise: unary("sin"),
    "of large angles": ({ g, x }) => g.sin(x([2, 64], { low: 0, high: 1000 })),
  },
  cos: {
    elementwise: unary("cos"),
    "of large angles": ({ g, x }) => g.cos(x([2, 64], { low: 0, high: 1000 })),
  },
  tanh: { elementwise: unary("tanh") },
  sigmoid: { elementwise: unary("sigmoid") },
  erf: { elementwise: unary("erf") },
  silu: { elementwise: unary("silu") },
  gelu: { elementwise: unary("gelu") },
  sum: {
    "over the last axes": ({ g, x }) => g.sum(x([2, 3, 4, 5]), [2, 3]),
    "with the axes kept": ({ g, x }) => g.sum(x([2, 3, 4]), [0, 2], { keepDims: true }),
    "over everything": ({ g, x }) => g.sum(x([2, 3]), [0, 1]),
    "over no axis": ({ g, x }) => g.sum(x([2, 3]), []),
  },
  softmax: {
    "over the last axis": ({ g, x }) => g.softmax(x([2, 3, 7]), 2),
    "over a middle axis": ({ g, x }) => g.softmax(x([2, 5, 3]), 1),
  },
  matmul: {
    plain: ({ g, x }) => g.matmul(x([2, 3, 4]), x([2, 4, 5])),
    "first transposed": ({ g, x }) => g.matmul(x([2, 4, 3]), x([2, 4, 5]), { transposeA: true }),
    "second transposed": ({ g, x }) => g.matmul(x([2, 3, 4]), x([2, 5, 4]), { transposeB: true }),
    "both transposed": ({ g, x }) =>
      g.matmul(x([2, 4, 3]), x([2, 5, 4]), { transposeA: true, transposeB: true }),
    "by a weight [out, in]": ({ g, x, weight }) =>
      g.matmul(x([2, 3, 4]), weight([6, 4]), { transposeB: true }),
    "of rank 2 by a weight [out, in]": ({ g, x, weight }) =>
      g.matmul(x([3, 4]), weight([6, 4]), { transposeB: true }),
    "a weight by a batch": ({ g, x, weight }) => g.matmul(weight([6, 4]), x([2, 4, 3])),
    "of rank 2, first transposed": ({ g, x }) =>
      g.matmul(x([4, 3], { fixed: true }), x([4, 5], { fixed: true }), { transposeA: true }),
  },
  conv2d: {
    "3x3 with bias": ({ g, x, weight }) =>
      g.conv2d(x([2, 3, 6, 5]), weight([4, 3, 3, 3]), weight([4]), { padding: [1, 1] }),
    "without bias": ({ g, x, weight }) =>
      g.conv2d(x([2, 3, 6, 5]), weight([4, 3, 3, 3]), undefined, { padding: [1, 1] }),
    "of stride 2": ({ g, x, weight }) =>
      g.conv2d(x([2, 3, 6, 6]), weight([4, 3, 3, 3]), weight([4]), { stride: 2, padding: [1, 1] }),
    "1x1": ({ g, x, weight }) => g.conv2d(x([2, 3, 4, 4]), weight([5, 3, 1, 1]), weight([5])),
    "with another padding along each axis": ({ g, x, weight }) =>
      g.conv2d(x([2, 3, 4, 6]), weight([2, 3, 1, 3]), undefined, { padding: [0, 1] }),
    "wide enough for the blocked layout": ({ g, x, weight }) =>
      g.conv2d(x([2, 32, 8, 8]), weight([32, 32, 3, 3]), weight([32]), { padding: [1, 1] }),
    "with a weight that is computed": ({ g, x, weight }) =>
      g.conv2d(
        x([2, 3, 4, 4]),
        g.mul(weight([4, 3, 3, 3]), x([4, 3, 3, 3], { fixed: true })),
        undefined,
        { padding: [1, 1] },
      ),
  },
  groupNorm: {
    "of images": ({ g, x, weight }) =>
      g.groupNorm(x([2, 8, 4, 4]), weight([8]), weight([8]), { groups: 4 }),
    "of sequences": ({ g, x, weight }) =>
      g.groupNorm(x([2, 8, 6]), weight([8]), weight([8]), { groups: 2, epsilon: 1e-3 }),
    "with two symbolic axes": ({ g, input, weight }) => {
      const image = tensor(
        [2, 4, 5, 1],
        Float32Array.from({ length: 40 }, (_, i) => Math.sin(i * i)),
      );
      return g.groupNorm(input(image, ["batch", 4, "height", 1]), weight([4]), weight([4]), {
        groups: 2,
      });
    },
  },
  layerNorm: {
    "over the last axis": ({ g, x, weight }) =>
      g.layerNorm(x([2, 3, 16]), weight([16]), weight([16])),
  },
  reshape: {
    "beside a symbolic axis": ({ g, x }) => g.reshape(x([2, 6, 4]), ["batch", 3, 8]),
    "of a fixed shape": ({ g, x }) => g.reshape(x([2, 6], { fixed: true }), [3, 4]),
    "to a scalar": ({ g, x }) => g.reshape(x([1, 1], { fixed: true }), []),
  },
  transpose: { "of four axes": ({ g, x }) => g.transpose(x([2, 3, 4, 5]), [3, 0, 2, 1]) },
  concat: {
    "along the channels": ({ g, x }) => g.concat([x([2, 3, 4]), x([2, 1, 4]), x([2, 2, 4])], 1),
  },
  slice: {
    "a range": ({ g, x }) => g.slice(x([2, 7]), 1, 2, 5),
    "every third": ({ g, x }) => g.slice(x([2, 8]), 1, 1, 8, 3),
    backwards: ({ g, x }) => g.slice(x([2, 5]), 1, 4, -1, -1),
    "every second backwards": ({ g, x }) => g.slice(x([2, 8, 3]), 1, 6, 1, -2),
  },
  pad: { "around an image": ({ g, x }) => g.pad(g.pad(x([2, 3, 2, 2]), 2, 1, 2), 3, 0, 3) },
  broadcastTo: {
    "to a symbolic length": ({ g, x, weight }) => {
      x([3, 2]);
      return g.broadcastTo(weight([1, 4]), ["batch", 4]);
    },
    "with leading axes": ({ g, x, weight }) => {
      x([3, 2]);
      return g.broadcastTo(weight([4]), ["batch", 2, 4]);
    },
    "a symbolic axis kept": ({ g, x }) => g.broadcastTo(x([2, 1, 3]), ["batch", 5, 3]),
    "to a fixed shape": ({ g, weight }) => g.broadcastTo(weight([2, 1]), [3, 2, 4]),
  },
  gather: {
    "rows by a matrix of indices": ({ g, weight, indices }) =>
      g.gather(weight([5, 3]), indices([2, 4], [0, 4, 2, 2, 1, 3, 0, 4])),
    "from a table of one column": ({ g, weight, indices }) =>
      g.gather(weight([5]), indices([3], [4, 0, 4])),
  },
  scatterAdd: {
    "with repeated rows": ({ g, x, indices }) =>
      g.scatterAdd(indices([2, 3], [1, 1, 4, 1, 0, 4]), x([2, 3, 4]), 6),
    "of single elements": ({ g, x, indices }) =>
      g.scatterAdd(indices([4], [2, 2, 2, 0]), x([4]), 3),
  },
  where: {
    "with broadcasting": ({ g, x, weight, indices }) =>
      g.where(g.cast(indices([2, 3], [1, 0, 1, 0, 0, 1]), "bool"), weight([3]), x([2, 3])),
  },
  less: {
    "with broadcasting": ({ g, x, weight }) => g.less(x([2, 3]), weight([3])),
    "than a number": ({ g, x }) => g.less(x([2, 5]), 0.25),
    "of equal numbers": ({ g, input }) =>
      g.less(input(tensor([3], [0.5, -0.5, 1]), ["batch"]), 0.5),
  },
  stopGradient: { "passes its input on": ({ g, x }) => g.add(g.stopGradient(x([2, 3])), 1) },
  cast: {
    "int64 to float32": ({ g, indices }) => g.cast(indices([3], [-2, 0, 900719925]), "float32"),
    "float32 to int64": ({ g, x }) => g.cast(x([2, 4], { low: -9, high: 9 }), "int64"),
    "int64 to bool": ({ g, indices }) => g.cast(indices([3], [-2, 0, 1]), "bool"),
  },
  upsampleNearest: {
    "by 2": ({ g, x }) => g.upsampleNearest(x([2, 3, 3, 2])),
    "by 3": ({ g, x }) => g.upsampleNearest(x([2, 1, 2, 2]), 3),
  },
  averagePool: {
    "by 2": ({ g, x }) => g.averagePool(x([2, 3, 4, 6])),
    "by 4": ({ g, x }) => g.averagePool(x([2, 2, 8, 4]), 4),
  },
};

/** What the checks need of a test framework: Vitest, node:test, Jest and Mocha have it. */
export interface TestFramework {
  readonly describe: (name: string, define: () => void) => void;
  readonly it: (name: string, run: () => Promise<void>) => void;
}

/**
 * Defines a test for every case of every operation: the backend against the float64 interpreter.
 *
 * @param tolerance of the largest value, or of 1 where that is smaller
 * @example
 * ```ts
 * import { describe, it } from "node:test";
 * testOperations({ describe, it }, myBackend(), 2e-6);
 * ```
 */
export function testOperations(
  { describe, it }: TestFramework,
  backend: Backend,
  tolerance: number,
): void {
  for (const [operation, variants] of Object.entries(operationCases))
    describe(operation, () => {
      for (const [variant, build] of Object.entries(variants))
        it(`${variant} agrees with the float64 interpreter`, () =>
          checkOperation(backend, build, tolerance));
    });
}

/** @throws Error if the backend's type, shape or values are not the interpreter's. */
async function checkOperation(backend: Backend, build: Case, tolerance: number): Promise<void> {
  const make = new Maker();
  const output = build(make);
  make.g.output("y", output);
  const expected = evaluateGraph(make.g.build(), make.inputs, make.parameters).y;
  const { y: actual } = await runOn(backend, make);
  if (!expected || !actual) throw new Error("The graph has no output y.");
  assertSame("data type", actual.dtype, output.dtype);
  assertSame("shape", `[${actual.dims}]`, `[${expected.dims}]`);
  const error = expected.data.reduce(
    (worst, value, i) => Math.max(worst, Math.abs(Number(actual.data[i]) - value)),
    0,
  );
  const allowed = tolerance * Math.max(1, ...expected.data.map(Math.abs));
  if (!(error <= allowed))
    throw new Error(`The largest error is ${error}; at most ${allowed} is allowed.`);
}

function assertSame(what: string, actual: string, expected: string): void {
  if (actual !== expected) throw new Error(`The ${what} is ${actual}, not ${expected}.`);
}

/** Compiles and runs what a maker has built. */
export async function runOn(
  runner: Backend,
  { g, inputs, parameters }: Maker,
): Promise<Record<string, AnyTensor>> {
  const executable = await runner.compile(g.build(), weightsFromTensors(parameters));
  const results = await executable.run(inputs);
  await executable.dispose();
  return results;
}
