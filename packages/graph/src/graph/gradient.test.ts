import { describe, expect, it } from "vitest";
import type { AnyTensor } from "../tensor.ts";
import { sineNumbers } from "./__fixtures__/numbers.ts";
import { GraphBuilder, type Value } from "./builder.ts";
import { evaluateGraph } from "./evaluate.ts";
import { gradient } from "./gradient.ts";
import type { Dim, Graph } from "./graph.ts";
import { GraphError } from "./operations/operation.ts";

type Inputs = Readonly<Record<string, AnyTensor>>;

/** Float64 numbers, so that a central difference with step 1e-5 is good to about 1e-9. */
function numbers(
  dims: readonly number[],
  seed: number,
  map: (x: number) => number = (x) => x,
): AnyTensor {
  return { dtype: "float64", dims, data: sineNumbers(dims, seed).map(map) };
}

function indices(dims: readonly number[], values: readonly number[]): AnyTensor {
  return { dtype: "int64", dims, data: BigInt64Array.from(values, BigInt) };
}

/** sum(out * cotangent) in float64. */
function loss(graph: Graph, inputs: Inputs): number {
  const { out } = evaluateGraph(graph, inputs);
  const cotangent = inputs.cotangent?.data as Float64Array;
  return (out?.data ?? new Float64Array()).reduce(
    (sum, value, i) => sum + value * (cotangent[i] as number),
    0,
  );
}

/**
 * Largest difference between the reverse-mode gradient and central differences, over every element
 * of every input asked for.
 */
function worstError(
  build: (g: GraphBuilder, input: (name: string, dims?: readonly Dim[]) => Value) => Value,
  inputs: Inputs,
  withRespectTo: readonly string[],
): number {
  const g = new GraphBuilder();
  const typeOf = (dtype: string) => (dtype === "float64" ? "float32" : (dtype as "int64" | "bool"));
  g.output(
    "out",
    build(g, (name, dims) =>
      g.input(name, dims ?? inputs[name]?.dims ?? [], typeOf(inputs[name]?.dtype ?? "")),
    ),
  );
  const forward = g.build();
  const { out } = evaluateGraph(forward, inputs);
  const complete: Record<string, AnyTensor> = {
    ...inputs,
    cotangent: numbers(out?.dims ?? [], 99),
  };
  const gradients = evaluateGraph(
    gradient(forward, { of: "out", withRespectTo, cotangent: "cotangent" }),
    complete,
  );
  let worst = 0;
  for (const name of withRespectTo) {
    const given = inputs[name] as AnyTensor & { dtype: "float64" };
    for (let i = 0; i < given.data.length; i++) {
      const at = (step: number) => ({
        ...complete,
        [name]: { ...given, data: given.data.map((value, j) => (j === i ? value + step : value)) },
      });
      const difference = (loss(forward, at(1e-5)) - loss(forward, at(-1e-5))) / 2e-5;
      worst = Math.max(
        worst,
        Math.abs(difference - (gradients[`grad.${name}`]?.data[i] as number)),
      );
    }
  }
  return worst;
}

const positive = (x: number) => Math.abs(x) + 0.5;

describe("the reverse-mode gradient agrees with central differences", () => {
  const unary = ["exp", "sin", "cos", "tanh", "sigmoid", "erf", "silu", "gelu"] as const;
  it.each(unary)("%s", (name) => {
    // erf's and gelu's derivatives contain a constant, which a graph holds in float32.
    expect(
      worstError((g, input) => g[name](input("x")), { x: numbers([3, 4], 1) }, ["x"]),
    ).toBeLessThan(name === "erf" || name === "gelu" ? 2e-7 : 1e-8);
  });

  it.each(["log", "sqrt"] as const)("%s of positive numbers", (name) => {
    expect(
      worstError((g, input) => g[name](input("x")), { x: numbers([3, 4], 2, positive) }, ["x"]),
    ).toBeLessThan(1e-8);
  });

  it.each(["add", "sub", "mul", "div"] as const)("%s with both sides broadcast", (name) => {
    const inputs = { a: numbers([2, 1, 4], 3), b: numbers([3, 1], 4, positive) };
    expect(
      worstError((g, input) => g[name](input("a"), input("b")), inputs, ["a", "b"]),
    ).toBeLessThan(1e-8);
  });

  it.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])(
    "a matrix product, transposed %s and %s, with one side broadcast over the batch",
    (transposeA, transposeB) => {
      const inputs = {
        a: numbers(transposeA ? [2, 4, 3] : [2, 3, 4], 5),
        b: numbers(transposeB ? [5, 4] : [4, 5], 6),
      };
      expect(
        worstError(
          (g, input) => g.matmul(input("a"), input("b"), { transposeA, transposeB }),
          inputs,
          ["a", "b"],
        ),
      ).toBeLessThan(1e-8);
    },
  );

  it.each([
    { stride: 1, padding: [1, 1], kernel: [3, 3], size: [5, 6] },
    { stride: 2, padding: [1, 1], kernel: [3, 3], size: [6, 7] },
    { stride: 2, padding: [0, 1], kernel: [2, 3], size: [5, 6] },
    { stride: 3, padding: [1, 0], kernel: [3, 2], size: [7, 8] },
    { stride: 1, padding: [0, 0], kernel: [1, 1], size: [4, 3] },
    { stride: 1, padding: [0, 0], kernel: [3, 3], size: [5, 4] },
    { stride: 1, padding: [2, 1], kernel: [3, 2], size: [4, 5] },
    { stride: 1, padding: [1, 2], kernel: [2, 3], size: [4, 4] },
  ] as const)(
    "a convolution with stride $stride, padding $padding, kernel $kernel",
    ({ stride, padding, kernel, size }) => {
      const inputs = {
        x: numbers([2, 3, ...size], 7),
        weight: numbers([4, 3, ...kernel], 8),
        bias: numbers([4], 9),
      };
      const error = worstError(
        (g, input) => g.conv2d(input("x"), input("weight"), input("bias"), { stride, padding }),
        inputs,
        ["x", "weight", "bias"],
      );
      expect(error).toBeLessThan(1e-8);
    },
  );

  it("group normalisation", () => {
    const inputs = {
      x: numbers([2, 6, 2, 3], 10),
      weight: numbers([6], 11),
      bias: numbers([6], 12),
    };
    expect(
      worstError(
        (g, input) => g.groupNorm(input("x"), input("weight"), input("bias"), { groups: 3 }),
        inputs,
        ["x", "weight", "bias"],
      ),
    ).toBeLessThan(1e-7);
  });

  it("group normalisation with an affine map of its own for each image", () => {
    const inputs = {
      x: numbers([2, 6, 2, 3], 10),
      weight: numbers([2, 6], 11),
      bias: numbers([2, 6], 12),
    };
    expect(
      worstError(
        (g, input) => g.groupNorm(input("x"), input("weight"), input("bias"), { groups: 3 }),
        inputs,
        ["x", "weight", "bias"],
      ),
    ).toBeLessThan(1e-7);
  });

  it("layer normalisation", () => {
    const inputs = { x: numbers([2, 3, 5], 13), weight: numbers([5], 14), bias: numbers([5], 15) };
    expect(
      worstError((g, input) => g.layerNorm(input("x"), input("weight"), input("bias")), inputs, [
        "x",
        "weight",
        "bias",
      ]),
    ).toBeLessThan(1e-7);
  });

  it("softmax along an inner axis, sums, and a sum that keeps its axes", () => {
    const inputs = { x: numbers([2, 3, 4], 16) };
    expect(worstError((g, input) => g.softmax(input("x"), 1), inputs, ["x"])).toBeLessThan(1e-8);
    expect(worstError((g, input) => g.sum(input("x"), [0, 2]), inputs, ["x"])).toBeLessThan(1e-8);
    expect(
      worstError((g, input) => g.sum(input("x"), [1], { keepDims: true }), inputs, ["x"]),
    ).toBeLessThan(1e-8);
  });

  it("padding that cuts off", () => {
    const inputs = { x: numbers([2, 3, 4], 28) };
    const shifted = (g: GraphBuilder, input: (name: string) => Value) =>
      g.padAxes(input("x"), [
        [0, 0],
        [-1, 2],
        [1, -2],
      ]);
    expect(worstError(shifted, inputs, ["x"])).toBeLessThan(1e-8);
  });

  it("layout: reshape, transpose, pad, concat, broadcast", () => {
    const inputs = { x: numbers([2, 3, 4], 17), y: numbers([2, 1, 4], 18) };
    const build = (g: GraphBuilder, input: (name: string) => Value) => {
      const y = input("y");
      const joined = g.pad(g.concat([input("x"), y], 1), 2, 1, 2);
      return g.add(
        g.reshape(g.transpose(joined, [2, 0, 1]), [7, 8]),
        g.reshape(g.sum(g.broadcastTo(y, [2, 7, 4]), [0, 2]), [7, 1]),
      );
    };
    expect(worstError(build, inputs, ["x", "y"])).toBeLessThan(1e-8);
  });

  it.each([
    [1, 5, 1],
    [0, 7, 3],
    [6, -1, -1],
    [5, 0, -2],
  ])("a slice %s:%s:%s", (start, end, step) => {
    expect(
      worstError(
        (g, input) => g.slice(input("x"), 1, start, end, step),
        { x: numbers([2, 7], 19) },
        ["x"],
      ),
    ).toBeLessThan(1e-8);
  });

  it("rows of a table, one of them taken twice, and the addition into rows", () => {
    const inputs = {
      table: numbers([4, 3], 20),
      rows: indices([3], [1, 3, 1]),
      updates: numbers([3, 3], 21),
    };
    expect(
      worstError((g, input) => g.gather(input("table"), input("rows")), inputs, ["table"]),
    ).toBeLessThan(1e-8);
    expect(
      worstError((g, input) => g.scatterAdd(input("rows"), input("updates"), 4), inputs, [
        "updates",
      ]),
    ).toBeLessThan(1e-8);
  });

  it("a choice by a mask", () => {
    const inputs: Inputs = {
      mask: { dtype: "bool", dims: [2, 1], data: Uint8Array.of(1, 0) },
      a: numbers([2, 3], 22),
      b: numbers([3], 23),
    };
    expect(
      worstError((g, input) => g.where(input("mask"), input("a"), input("b")), inputs, ["a", "b"]),
    ).toBeLessThan(1e-8);
  });

  it("a choice by a comparison, which has no derivative itself", () => {
    const inputs = { a: numbers([2, 3], 26), b: numbers([3], 27) };
    const smaller = (g: GraphBuilder, input: (name: string) => Value) => {
      const [a, b] = [input("a"), input("b")];
      return g.where(g.less(a, b), a, b);
    };
    expect(worstError(smaller, inputs, ["a", "b"])).toBeLessThan(1e-8);
  });

  it("nearest upsampling and average pooling", () => {
    const inputs = { x: numbers([2, 2, 4, 6], 24) };
    expect(worstError((g, input) => g.upsampleNearest(input("x"), 3), inputs, ["x"])).toBeLessThan(
      1e-8,
    );
    expect(worstError((g, input) => g.averagePool(input("x"), 2), inputs, ["x"])).toBeLessThan(
      1e-8,
    );
  });

  it("a value that is used several times, with a symbolic batch", () => {
    const build = (g: GraphBuilder, input: (name: string, dims?: readonly Dim[]) => Value) => {
      const x = input("x", ["batch", 3]);
      return g.mul(g.add(g.mul(x, x), g.silu(x)), g.sum(x, [0]));
    };
    expect(worstError(build, { x: numbers([4, 3], 25) }, ["x"])).toBeLessThan(1e-7);
  });
});

describe("gradient", () => {
  it("differentiates a scalar without a cotangent", () => {
    const g = new GraphBuilder();
    const x = g.input("x", [3]);
    g.output("loss", g.sum(g.mul(x, x), [0]));
    const result = evaluateGraph(gradient(g.build(), { of: "loss", withRespectTo: ["x"] }), {
      x: numbers([3], 1, (v) => Math.round(v * 4)),
    });
    const x64 = numbers([3], 1, (v) => Math.round(v * 4)).data as Float64Array;
    expect([...(result["grad.x"]?.data ?? [])]).toEqual([...x64].map((value) => 2 * value));
  });

  it("refuses an output that does not depend on the input, an unknown name, and a tensor without a cotangent", () => {
    const g = new GraphBuilder();
    const x = g.input("x", [3]);
    g.input("y", [3]);
    g.output("out", g.exp(x));
    const graph = g.build();
    expect(() => gradient(graph, { of: "out", withRespectTo: ["y"], cotangent: "dy" })).toThrow(
      /does not depend on "y"/,
    );
    expect(() => gradient(graph, { of: "out", withRespectTo: ["z"], cotangent: "dy" })).toThrow(
      GraphError,
    );
    expect(() => gradient(graph, { of: "out", withRespectTo: ["x"] })).toThrow(/cotangent/);
  });

  it("treats what is behind stopGradient as a constant", () => {
    const g = new GraphBuilder();
    const x = g.input("x", [3]);
    g.output("loss", g.sum(g.mul(g.stopGradient(g.mul(x, x)), x), [0]));
    const x64 = numbers([3], 5).data as Float64Array;
    const result = evaluateGraph(gradient(g.build(), { of: "loss", withRespectTo: ["x"] }), {
      x: numbers([3], 5),
    });
    // 3 x^2 without it
    expect([...(result["grad.x"]?.data ?? [])]).toEqual([...x64].map((value) => value * value));
  });

  it("refuses to differentiate what only a stopped gradient leads to", () => {
    const g = new GraphBuilder();
    g.output("loss", g.sum(g.stopGradient(g.input("x", [3])), [0]));
    expect(() => gradient(g.build(), { of: "loss", withRespectTo: ["x"] })).toThrow(
      /does not depend on "x"/,
    );
  });

  it("adds up the views of one parameter", () => {
    const g = new GraphBuilder();
    const w = g.parameter("w", [2, 3]);
    g.output("out", g.add(g.sum(g.mul(w, w), [0, 1]), g.sum(g.reshape(w, [6]), [0])));
    const result = evaluateGraph(
      gradient(g.build(), { of: "out", withRespectTo: ["w"] }),
      {},
      { w: { dtype: "float64", dims: [2, 3], data: Float64Array.of(1, 2, 3, 4, 5, 6) } },
    );
    expect([...(result["grad.w"]?.data ?? [])]).toEqual([3, 5, 7, 9, 11, 13]);
  });
});
