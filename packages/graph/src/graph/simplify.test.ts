import { describe, expect, it } from "vitest";
import { tensor } from "../tensor.ts";
import { GraphBuilder } from "./builder.ts";
import { evaluateGraph } from "./evaluate.ts";
import { countFlops } from "./flops.ts";
import { simplify } from "./simplify.ts";

describe("simplify", () => {
  it("folds constants, shares equal nodes, drops dead ones, and keeps the function", () => {
    const g = new GraphBuilder();
    const x = g.input("x", ["batch", 3]);
    const unused = g.input("unused", [1]);
    g.exp(unused);
    const two = g.add(g.scalar(1), g.scalar(1));
    g.output("out", g.add(g.mul(g.silu(x), two), g.silu(x)));
    const simple = simplify(g.build());
    expect(simple.nodes.map(({ operation }) => operation)).toEqual(["silu", "mul", "add"]);
    expect(simple.inputs.map(({ name }) => name)).toEqual(["x", "unused"]);
    const inputs = { x: tensor([2, 3], [1, 2, 3, -1, 0, 5]), unused: tensor([1]) };
    expect(evaluateGraph(simple, inputs)).toEqual(evaluateGraph(g.build(), inputs));
  });

  it("reads a reshaped parameter as a view of the same bytes", () => {
    const g = new GraphBuilder();
    g.output(
      "out",
      g.conv2d(g.input("x", [1, 2, 3, 3]), g.reshape(g.parameter("w", [4, 2, 1]), [4, 2, 1, 1])),
    );
    const simple = simplify(g.build());
    expect(simple.nodes.map(({ operation }) => operation)).toEqual(["conv2d"]);
    expect(simple.parameters).toMatchObject([{ name: "w", dims: [4, 2, 1, 1] }]);
  });

  it("tells large constants apart", () => {
    const g = new GraphBuilder();
    const x = g.input("x", [100]);
    g.output(
      "out",
      g.mul(
        g.add(x, g.constant(tensor([100], new Float32Array(100).fill(1)))),
        g.constant(tensor([100], new Float32Array(100).fill(2))),
      ),
    );
    expect([
      ...new Set(evaluateGraph(simplify(g.build()), { x: tensor([100]) }).out?.data),
    ]).toEqual([2]);
  });
});

describe("countFlops", () => {
  it("counts two operations a multiplication of convolutions and matrix products", () => {
    const g = new GraphBuilder();
    const x = g.input("x", ["batch", 3, 8, 8]);
    const h = g.conv2d(x, g.parameter("w", [5, 3, 3, 3]), undefined, { padding: [1, 1] });
    g.output("out", g.matmul(h, h, { transposeA: true }));
    expect(countFlops(g.build(), { batch: 2 })).toBe(2 * 2 * 5 * 64 * 27 + 2 * 2 * 5 * 64 * 8);
  });
});
