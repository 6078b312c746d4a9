import { describe, expect, it } from "vitest";
import { tensor } from "../../tensor.ts";
import { GraphBuilder } from "../builder.ts";
import { evaluateGraph } from "../evaluate.ts";
import { gradient } from "../gradient.ts";
import type { Graph } from "../graph.ts";
import { GraphError } from "../operations/operation.ts";
import { parametersAsInputs } from "./parameters-as-inputs.ts";

/**
 * sum((x · wᵀ + b)²) and the sum of w² besides: w is read under its own shape and, as a view, under
 * another.
 */
function lossGraph(): Graph {
  const g = new GraphBuilder();
  const y = g.add(
    g.matmul(g.input("x", [1, 2]), g.parameter("w", [2, 2]), { transposeB: true }),
    g.parameter("b", [2]),
  );
  const flat = g.parameter("w", [4]);
  g.output("loss", g.add(g.sum(g.mul(y, y), [0, 1]), g.sum(g.mul(flat, flat), [0])));
  g.output("b", g.parameter("b", [2]));
  return g.build();
}
const x = tensor([1, 2], [1, 2]);
const w = tensor([2, 2], [1, -1, 0.5, 2]);
const b = tensor([2], [3, -1]);

describe("parametersAsInputs", () => {
  it("computes the same from weights that come with the inputs", () => {
    const graph = parametersAsInputs(lossGraph());
    expect(graph.parameters).toEqual([]);
    expect(graph.inputs).toEqual([
      { name: "x", dtype: "float32", dims: [1, 2] },
      { name: "w", dtype: "float32", dims: [2, 2] },
      { name: "b", dtype: "float32", dims: [2] },
    ]);
    // y = [1 - 2 + 3, 0.5 + 4 - 1] = [2, 3.5], and the squares of w are 1 + 1 + 0.25 + 4
    expect(evaluateGraph(graph, { x, w, b }).loss?.data[0]).toBe(2 ** 2 + 3.5 ** 2 + 6.25);
    expect(evaluateGraph(graph, { x, w, b })).toEqual(evaluateGraph(lossGraph(), { x }, { w, b }));
  });

  it("has the gradients of all views of a parameter, added up", () => {
    const graph = parametersAsInputs(
      gradient(lossGraph(), { of: "loss", withRespectTo: ["w", "b"] }),
    );
    const results = evaluateGraph(graph, { x, w, b });
    // d loss / d w = 2 y xᵀ + 2 w
    expect([...(results["grad.w"]?.data ?? [])]).toEqual([4 + 2, 8 - 2, 7 + 1, 14 + 4]);
    expect([...(results["grad.b"]?.data ?? [])]).toEqual([4, 7]);
  });

  it("takes the weights under the shapes that it is told, whatever the graph reads them as", () => {
    const graph = parametersAsInputs(lossGraph(), new Map([["w", [2, 2, 1]]]));
    expect(graph.inputs.find(({ name }) => name === "w")?.dims).toEqual([2, 2, 1]);
    const stored = tensor([2, 2, 1], w.data);
    expect(evaluateGraph(graph, { x, w: stored, b })).toEqual(
      evaluateGraph(lossGraph(), { x }, { w, b }),
    );
  });

  it("leaves the graph that it was given as it was", () => {
    const graph = lossGraph();
    parametersAsInputs(graph);
    expect(graph).toEqual(lossGraph());
  });

  it("refuses a parameter that has the name of an input", () => {
    const g = new GraphBuilder();
    g.output("y", g.mul(g.input("x", [2]), g.parameter("x", [2])));
    expect(() => parametersAsInputs(g.build())).toThrow(GraphError);
  });
});
