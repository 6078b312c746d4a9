import { describe, expect, it } from "vitest";
import type { AnyTensor } from "../tensor.ts";
import { GraphBuilder, type Value } from "./builder.ts";
import { evaluateGraph } from "./evaluate.ts";
import { erf } from "./operations/elementwise.ts";
import { GraphError } from "./operations/operation.ts";

function array(dims: readonly number[], f: (i: number) => number): AnyTensor {
  return {
    dtype: "float64",
    dims,
    data: Float64Array.from({ length: dims.reduce((product, dim) => product * dim, 1) }, (_, i) =>
      f(i),
    ),
  };
}

/** Runs one expression of the given inputs. */
function run(
  build: (g: GraphBuilder, input: (name: string) => Value) => Value,
  inputs: Readonly<Record<string, AnyTensor>>,
): number[] {
  const g = new GraphBuilder();
  g.output(
    "out",
    build(g, (name) => g.input(name, inputs[name]?.dims ?? [])),
  );
  return [...(evaluateGraph(g.build(), inputs).out?.data ?? [])];
}

function expectClose(
  actual: readonly number[],
  expected: readonly number[],
  tolerance = 1e-12,
): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, i) => {
    expect(Math.abs(value - (expected[i] as number))).toBeLessThan(tolerance);
  });
}

describe("the float64 interpreter gives PyTorch's float64 numbers", () => {
  const x = array([5], (i) => [-2.5, -0.5, 0, 0.75, 3][i] as number);

  it("gelu and silu", () => {
    expectClose(
      run((g, input) => g.gelu(input("x")), { x }),
      [-0.015524163314440398, -0.15426876936299344, 0, 0.5800294857173489, 2.99595030590511],
    );
    expectClose(
      run((g, input) => g.silu(input("x")), { x }),
      [-0.18964545005310887, -0.1887703343990727, 0, 0.5093840243815447, 2.8577223804672998],
    );
  });

  it("the error function on both sides of its two expansions", () => {
    expectClose(
      [-3, -1.2, 0.1, 2.4, 2.6, 4].map(erf),
      [
        -0.9999779095030014, -0.9103139782296353, 0.1124629160182849, 0.999311486103355,
        0.9997639655834707, 0.9999999845827421,
      ],
      1e-14,
    );
  });

  it("softmax along the first axis", () => {
    const softmax = run((g, input) => g.softmax(input("x"), 0), {
      x: array([3, 4], (i) => i * 0.3 - 1.5),
    });
    expectClose(
      softmax,
      [0.06517504900693893, 0.21638880670070648, 0.7184361815452576].flatMap((p) => [p, p, p, p]),
      1e-7,
    ); // PyTorch's float32
  });

  it("group normalisation", () => {
    const out = run((g, input) => g.groupNorm(input("x"), input("w"), input("b"), { groups: 2 }), {
      x: array([1, 4, 2, 3], Math.sin),
      w: array([4], (i) => i + 1),
      b: array([4], (i) => i / 10),
    });
    expectClose(
      [0, 7, 13, 23].map((i) => out[i] as number),
      [-0.04851096694316207, 1.863164686255852, 1.82480336158125, -4.893123552746743],
    );
  });

  it("layer normalisation", () => {
    const out = run((g, input) => g.layerNorm(input("x"), input("w"), input("b")), {
      x: array([2, 3], Math.cos),
      w: array([3], (i) => i + 1),
      b: array([3], (i) => i / 10),
    });
    expectClose(
      out,
      [
        1.0600057852916769, 0.6614105011590132, -3.82213310761355, -0.9958122188959986,
        -0.6434024000907377, 4.302540256824104,
      ],
    );
  });

  it("a strided, padded convolution with a kernel of unequal sides", () => {
    const out = run(
      (g, input) => g.conv2d(input("x"), input("w"), input("b"), { stride: 2, padding: [1, 1] }),
      {
        x: array([1, 2, 4, 5], Math.sin),
        w: array([2, 2, 2, 3], Math.cos),
        b: array([2], (i) => 0.5 - i),
      },
    );
    expectClose(
      out,
      [
        -0.023630083760454206, -1.645996519046485, 2.3858334135879558, 0.7866138941389424,
        2.9473862754829905, -0.9466271444810366, 0.7926580508792584, -1.475390705072153,
        0.8411635728251017, -2.090249203284097, -2.0473993274775686, 1.4865944831812037,
        0.7713755293432576, 1.850363924807634, -2.1130080898881354, -0.7773388332011442,
        -2.888267891818053, 0.15088810410192888,
      ],
    );
  });
});

describe("what does not fit is refused where it is written", () => {
  it("shapes that do not broadcast or multiply", () => {
    const g = new GraphBuilder();
    const a = g.input("a", [2, 3]);
    const b = g.input("b", [2, 4]);
    expect(() => g.add(a, b)).toThrow(GraphError);
    expect(() => g.matmul(a, b)).toThrow(/inner lengths/);
    expect(() => g.reshape(a, [7])).toThrow(/reshaped/);
    expect(() => g.slice(a, 1, 1, 5)).toThrow(/slice/);
    expect(() => g.transpose(a, [0, 0])).toThrow(/permutation/);
    expect(() => g.add(a, g.input("tokens", [2, 3], "int64"))).toThrow(/float32/);
  });

  it("a symbolic batch is not the same as a number", () => {
    const g = new GraphBuilder();
    const x = g.input("x", ["batch", 3]);
    expect(() => g.add(x, g.input("y", [2, 3]))).toThrow(/broadcast/);
    expect(g.reshape(x, ["batch", 3, 1]).dims).toEqual(["batch", 3, 1]);
    expect(() => g.sum(g.slice(x, 0, 0, 1), [0])).toThrow(/known length/);
  });

  it("inputs whose batches differ, and missing parameters", () => {
    const g = new GraphBuilder();
    g.output("out", g.add(g.input("a", ["batch"]), g.input("b", ["batch"])));
    expect(() =>
      evaluateGraph(g.build(), { a: array([2], () => 0), b: array([3], () => 0) }),
    ).toThrow(/b has shape \[3\]/);
    const h = new GraphBuilder();
    h.output("out", h.parameter("w", [2]));
    expect(() => evaluateGraph(h.build(), {})).toThrow(/"w" is missing/);
  });
});
