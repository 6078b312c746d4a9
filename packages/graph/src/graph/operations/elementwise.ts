import type { GraphBuilder, Value } from "../builder.ts";
import type { Dim, ValueType } from "../graph.ts";
import {
  broadcastDims,
  broadcastOffsets,
  GraphError,
  inputAt,
  type OperationDefinition,
  unbroadcast,
} from "./operation.ts";

type UnaryName =
  | "exp"
  | "log"
  | "sqrt"
  | "sin"
  | "cos"
  | "tanh"
  | "sigmoid"
  | "erf"
  | "silu"
  | "gelu";
type BinaryName = "add" | "sub" | "mul" | "div";

/**
 * An operation on every element: its function and its derivative as a graph of x, y = f(x) and dy.
 */
function unary(
  f: (x: number) => number,
  derivative: (g: GraphBuilder, x: Value, y: Value, dy: Value) => Value,
): OperationDefinition<UnaryName> {
  return {
    shape: (inputs) => ({ dtype: "float32", dims: floatDims(inputAt(inputs, 0)) }),
    evaluate: (inputs) => inputAt(inputs, 0).data.map(f),
    gradient: ({ g, inputs, output, dy }) => [derivative(g, inputAt(inputs, 0), output, dy)],
  };
}

/**
 * An operation on pairs of elements with broadcasting, and its two derivatives before they are
 * summed back to the inputs' shapes.
 */
function binary(
  f: (a: number, b: number) => number,
  derivatives: readonly [
    (g: GraphBuilder, dy: Value, a: Value, b: Value) => Value,
    (g: GraphBuilder, dy: Value, a: Value, b: Value) => Value,
  ],
): OperationDefinition<BinaryName> {
  return {
    shape: (inputs) => ({
      dtype: "float32",
      dims: broadcastDims(floatDims(inputAt(inputs, 0)), floatDims(inputAt(inputs, 1))),
    }),
    evaluate(inputs, _attributes, dims) {
      const a = inputAt(inputs, 0);
      const b = inputAt(inputs, 1);
      const offsetsA = broadcastOffsets(a.dims, dims);
      const offsetsB = broadcastOffsets(b.dims, dims);
      return Float64Array.from(offsetsA, (offset, i) =>
        f(a.data[offset] as number, b.data[offsetsB[i] as number] as number),
      );
    },
    gradient({ g, inputs, dy, needed }) {
      const a = inputAt(inputs, 0);
      const b = inputAt(inputs, 1);
      return derivatives.map((derivative, i) =>
        needed[i] ? unbroadcast(g, derivative(g, dy, a, b), (i === 0 ? a : b).dims) : undefined,
      );
    },
  };
}

function floatDims({ dtype, dims }: ValueType): readonly Dim[] {
  if (dtype !== "float32")
    throw new GraphError(
      `An element-wise operation takes float32; it was given ${dtype}. Cast it first.`,
    );
  return dims;
}

const sigmoidOf = (x: number) => 1 / (1 + Math.exp(-x));

/**
 * The error function to double precision: its Taylor series near zero, the continued fraction of
 * erfc beyond (Abramowitz & Stegun 7.1.6 and 7.1.14).
 */
export function erf(x: number): number {
  const z = Math.abs(x);
  if (z > 6) return Math.sign(x);
  if (z < 2.5) {
    let term = z;
    let sum = z;
    for (let n = 1; Math.abs(term) > 1e-18 * sum; n++) {
      term *= (2 * z * z) / (2 * n + 1);
      sum += term;
    }
    return Math.sign(x) * (2 / Math.sqrt(Math.PI)) * Math.exp(-z * z) * sum;
  }
  let fraction = 0;
  for (let k = 60; k >= 1; k--) fraction = k / 2 / (z + fraction);
  return Math.sign(x) * (1 - Math.exp(-z * z) / Math.sqrt(Math.PI) / (z + fraction));
}

export const elementwise = {
  add: binary((a, b) => a + b, [(_g, dy) => dy, (_g, dy) => dy]),
  sub: binary((a, b) => a - b, [(_g, dy) => dy, (g, dy) => g.mul(dy, -1)]),
  mul: binary((a, b) => a * b, [(g, dy, _a, b) => g.mul(dy, b), (g, dy, a) => g.mul(dy, a)]),
  div: binary(
    (a, b) => a / b,
    [(g, dy, _a, b) => g.div(dy, b), (g, dy, a, b) => g.mul(g.div(g.mul(dy, a), g.mul(b, b)), -1)],
  ),
  exp: unary(Math.exp, (g, _x, y, dy) => g.mul(dy, y)),
  log: unary(Math.log, (g, x, _y, dy) => g.div(dy, x)),
  sqrt: unary(Math.sqrt, (g, _x, y, dy) => g.div(g.mul(dy, 0.5), y)),
  sin: unary(Math.sin, (g, x, _y, dy) => g.mul(dy, g.cos(x))),
  cos: unary(Math.cos, (g, x, _y, dy) => g.mul(dy, g.mul(g.sin(x), -1))),
  tanh: unary(Math.tanh, (g, _x, y, dy) => g.mul(dy, g.sub(1, g.mul(y, y)))),
  sigmoid: unary(sigmoidOf, (g, _x, y, dy) => g.mul(dy, g.mul(y, g.sub(1, y)))),
  erf: unary(erf, (g, x, _y, dy) =>
    g.mul(dy, g.mul(g.exp(g.mul(g.mul(x, x), -1)), 2 / Math.sqrt(Math.PI))),
  ),
  // d(x s(x)) = s + x s (1 - s) = s + y (1 - s)
  silu: unary(
    (x) => x * sigmoidOf(x),
    (g, x, y, dy) => {
      const s = g.sigmoid(x);
      return g.mul(dy, g.add(s, g.mul(y, g.sub(1, s))));
    },
  ),
  // d(x Phi(x)) = Phi + x phi, with the normal distribution's Phi and density phi
  gelu: unary(
    (x) => (x * (1 + erf(x / Math.SQRT2))) / 2,
    (g, x, _y, dy) => {
      const Phi = g.mul(g.add(g.erf(g.mul(x, Math.SQRT1_2)), 1), 0.5);
      const phi = g.mul(g.exp(g.mul(g.mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
      return g.mul(dy, g.add(Phi, g.mul(x, phi)));
    },
  ),
} satisfies { [K in UnaryName | BinaryName]: OperationDefinition<K> };
