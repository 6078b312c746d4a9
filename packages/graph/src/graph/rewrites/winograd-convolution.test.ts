import { describe, expect, it } from "vitest";
import { tensor } from "../../tensor.ts";
import { sineNumbers } from "../__fixtures__/numbers.ts";
import { GraphBuilder, type Value } from "../builder.ts";
import { evaluateGraph } from "../evaluate.ts";
import { countFlops } from "../flops.ts";
import { gradient } from "../gradient.ts";
import type { Graph } from "../graph.ts";
import { winogradConvolutions } from "./winograd-convolution.ts";

const [images, channels, outputs] = [4, 128, 120];
const inputs = {
  x: tensor([images, channels, 8, 8], Float32Array.from(sineNumbers([images, channels, 8, 8], 1))),
  weight: tensor(
    [outputs, channels, 3, 3],
    Float32Array.from(sineNumbers([outputs, channels, 3, 3], 2)),
  ),
  bias: tensor([outputs], Float32Array.from(sineNumbers([outputs], 3))),
};

function graphOf(
  build: (g: GraphBuilder, values: { x: Value; weight: Value; bias: Value }) => Value,
  side = 8,
  batch: number | string = images,
): Graph {
  const g = new GraphBuilder();
  const values = {
    x: g.input("x", [batch, channels, side, side]),
    weight: g.input("weight", [outputs, channels, 3, 3]),
    bias: g.input("bias", [outputs]),
  };
  g.output("y", build(g, values));
  return g.build();
}
const convolved = (
  g: GraphBuilder,
  { x, weight, bias }: { x: Value; weight: Value; bias: Value },
) => g.silu(g.conv2d(g.sin(x), weight, bias, { padding: [1, 1] }));
const direct = graphOf(convolved);
/** Of the largest value. The transforms are stored in float32, where 1/6 and 1/24 are rounded. */
const rounding = 1e-6;

function relativeError(
  actual: { readonly data: ArrayLike<number> } | undefined,
  expected: { readonly data: ArrayLike<number> } | undefined,
): number {
  const wanted = Array.from(expected?.data ?? []);
  const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return (
    wanted.reduce(
      (error, value, i) => Math.max(error, Math.abs((actual?.data[i] ?? Number.NaN) - value)),
      0,
    ) / largest
  );
}

describe("winogradConvolutions", () => {
  it("computes what the convolution computes, with less arithmetic", () => {
    const rewritten = winogradConvolutions(direct);
    const [before, after] = [evaluateGraph(direct, inputs), evaluateGraph(rewritten, inputs)];
    expect(after.y?.dims).toEqual([images, outputs, 8, 8]);
    expect(rewritten.nodes.some(({ operation }) => operation === "conv2d")).toBe(false);
    expect(relativeError(after.y, before.y)).toBeLessThan(rounding);
    expect(countFlops(rewritten, {})).toBeLessThan(countFlops(direct, {}));
  });

  it("has the same gradients", () => {
    const options = { of: "y", withRespectTo: ["x", "weight", "bias"], cotangent: "dy" };
    const complete = {
      ...inputs,
      dy: tensor(
        [images, outputs, 8, 8],
        Float32Array.from(sineNumbers([images, outputs, 8, 8], 4)),
      ),
    };
    const [before, after] = [
      evaluateGraph(gradient(direct, options), complete),
      evaluateGraph(gradient(winogradConvolutions(direct), options), complete),
    ];
    for (const name of ["grad.x", "grad.weight", "grad.bias"]) {
      expect(relativeError(after[name], before[name]), name).toBeLessThan(rounding);
    }
  });

  it("leaves a convolution alone where it would not save arithmetic, or cannot be cut into tiles", () => {
    const graphs = [
      graphOf(convolved, 128), // the transforms of long lines cost more than they save
      graphOf(convolved, 6),
      graphOf(convolved, 8, "batch"),
      graphOf((g, { x, weight, bias }) =>
        g.conv2d(x, weight, bias, { padding: [1, 1], stride: 2 }),
      ),
      graphOf((g, { x, weight, bias }) => g.conv2d(x, weight, bias)),
    ];
    for (const graph of graphs) expect(winogradConvolutions(graph)).toBe(graph);
  });
});
