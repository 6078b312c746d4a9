import { describe, expect, it } from "vitest";
import { tensor } from "../../tensor.ts";
import { sineNumbers } from "../__fixtures__/numbers.ts";
import { GraphBuilder, type Value } from "../builder.ts";
import { evaluateGraph } from "../evaluate.ts";
import { countFlops } from "../flops.ts";
import { gradient } from "../gradient.ts";
import type { Graph } from "../graph.ts";
import { subPixelConvolutions } from "./sub-pixel-convolution.ts";

const inputs = {
  x: tensor([2, 3, 8, 9], Float32Array.from(sineNumbers([2, 3, 8, 9], 1))),
  weight: tensor([4, 3, 3, 3], Float32Array.from(sineNumbers([4, 3, 3, 3], 2))),
  bias: tensor([4], Float32Array.from(sineNumbers([4], 3))),
};

function graphOf(
  build: (g: GraphBuilder, values: { x: Value; weight: Value; bias: Value }) => Value,
): Graph {
  const g = new GraphBuilder();
  const values = {
    x: g.input("x", ["batch", 3, 8, 9]),
    weight: g.input("weight", [4, 3, 3, 3]),
    bias: g.input("bias", [4]),
  };
  g.output("y", build(g, values));
  return g.build();
}

const doubledConvolution = graphOf((g, { x, weight, bias }) =>
  g.silu(g.conv2d(g.upsampleNearest(g.sin(x), 2), weight, bias, { padding: [1, 1] })),
);

describe("subPixelConvolutions", () => {
  it("computes what the convolution of the doubled image computes, with about half the arithmetic", () => {
    const rewritten = subPixelConvolutions(doubledConvolution);
    const [before, after] = [
      evaluateGraph(doubledConvolution, inputs),
      evaluateGraph(rewritten, inputs),
    ];
    expect(after.y?.dims).toEqual([2, 4, 16, 18]);
    expect(
      Math.max(
        ...(after.y?.data ?? []).map((value, i) => Math.abs(value - (before.y?.data[i] as number))),
      ),
    ).toBeLessThan(1e-12);
    expect(countFlops(rewritten, { batch: 2 })).toBeLessThan(
      0.7 * countFlops(doubledConvolution, { batch: 2 }),
    );
  });

  it("has the same gradients", () => {
    const options = { of: "y", withRespectTo: ["x", "weight", "bias"], cotangent: "dy" };
    const complete = {
      ...inputs,
      dy: tensor([2, 4, 16, 18], Float32Array.from(sineNumbers([2, 4, 16, 18], 4))),
    };
    const [before, after] = [
      evaluateGraph(gradient(doubledConvolution, options), complete),
      evaluateGraph(gradient(subPixelConvolutions(doubledConvolution), options), complete),
    ];
    for (const name of ["grad.x", "grad.weight", "grad.bias"]) {
      expect(
        Math.max(
          ...(after[name]?.data ?? [Infinity]).map((value, i) =>
            Math.abs(value - (before[name]?.data[i] as number)),
          ),
        ),
        name,
      ).toBeLessThan(1e-10);
    }
  });

  it("leaves other convolutions alone", () => {
    const plain = graphOf((g, { x, weight, bias }) =>
      g.conv2d(x, weight, bias, { padding: [1, 1] }),
    );
    const strided = graphOf((g, { x, weight, bias }) =>
      g.conv2d(g.upsampleNearest(x, 2), weight, bias, { padding: [1, 1], stride: 2 }),
    );
    expect(subPixelConvolutions(plain)).toBe(plain);
    expect(subPixelConvolutions(strided)).toBe(strided);
  });
});
