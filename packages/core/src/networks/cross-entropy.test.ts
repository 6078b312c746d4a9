import { GraphBuilder, GraphError, gradient, type Value } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import {
  centralDifference,
  type Float64Tensor,
  output,
  wave,
  whole,
} from "./__fixtures__/formula.ts";
import { crossEntropy, logSoftmax, logSumExp, meanOverBatch, oneHot } from "./cross-entropy.ts";

function graphOf(
  build: (g: GraphBuilder, x: Value, labels: Value) => Value,
  batch: number | string = "batch",
) {
  const g = new GraphBuilder();
  g.output("out", build(g, g.input("x", [batch, 3]), g.input("y", [batch], "int64")));
  return g.build();
}

const y = whole([2], [2, 0]);

describe("logSumExp", () => {
  it("is log(sum(exp)) of small numbers, along either axis", () => {
    const x = wave([2, 3]);
    const [a, b, c, d, e, f] = [...x.data].map(Math.exp) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const rows = output(
      graphOf((g, value) => logSumExp(g, value, 1)),
      "out",
      { x, y },
      {},
    );
    expect(rows[0]).toBeCloseTo(Math.log(a + b + c), 12);
    const columns = output(
      graphOf((g, value) => logSumExp(g, value, 0)),
      "out",
      { x, y },
      {},
    );
    for (const [i, sum] of [a + d, b + e, c + f].entries())
      expect(columns[i]).toBeCloseTo(Math.log(sum), 12);
  });

  it("neither overflows nor loses the largest term, however large or far apart the numbers", () => {
    const x: Float64Tensor = {
      dtype: "float64",
      dims: [2, 3],
      data: Float64Array.of(5000, 4999, -5000, -3000.5, -9000, -3000.5),
    };
    const out = output(
      graphOf((g, value) => logSumExp(g, value, 1)),
      "out",
      { x, y },
      {},
    );
    expect(out[0]).toBeCloseTo(5000 + Math.log1p(Math.exp(-1)), 10);
    expect(out[1]).toBeCloseTo(-3000.5 + Math.LN2, 10);
  });

  it("has softmax as its derivative", () => {
    const x = wave([2, 3], 1);
    const graph = gradient(
      graphOf((g, value) => logSumExp(g, value, 1)),
      { of: "out", withRespectTo: ["x"], cotangent: "dy" },
    );
    const derivative = output(
      graph,
      "grad.x",
      { x, y, dy: { dtype: "float64", dims: [2, 1], data: Float64Array.of(1, 2) } },
      {},
    );
    for (const row of [0, 1]) {
      const terms = [...x.data.slice(3 * row, 3 * row + 3)].map(Math.exp);
      const total = terms.reduce((sum, term) => sum + term, 0);
      for (const [i, term] of terms.entries())
        expect(derivative[3 * row + i]).toBeCloseTo(((row + 1) * term) / total, 12);
    }
  });
});

describe("crossEntropy", () => {
  it("is -log p of the label, and its derivative is p minus the one-hot label", () => {
    const x = wave([2, 3], 2);
    const graph = graphOf(
      (g, logits, labels) => meanOverBatch(g, crossEntropy(g, logits, labels)),
      2,
    );
    const labels = [2, 0];
    const p = [0, 1].map((row) => {
      const terms = [...x.data.slice(3 * row, 3 * row + 3)].map(Math.exp);
      return terms.map((term) => term / terms.reduce((sum, other) => sum + other, 0));
    });
    expect(output(graph, "out", { x, y }, {})[0]).toBeCloseTo(
      -(Math.log(p[0]?.[2] ?? 0) + Math.log(p[1]?.[0] ?? 0)) / 2,
      12,
    );
    const derivative = output(
      gradient(graph, { of: "out", withRespectTo: ["x"] }),
      "grad.x",
      { x, y },
      {},
    );
    for (let i = 0; i < 6; i++) {
      const [row, column] = [Math.floor(i / 3), i % 3];
      expect(derivative[i]).toBeCloseTo(
        ((p[row]?.[column] ?? 0) - (labels[row] === column ? 1 : 0)) / 2,
        12,
      );
      expect(derivative[i]).toBeCloseTo(
        centralDifference(
          x,
          i,
          (shifted) => output(graph, "out", { x: shifted, y }, {})[0] ?? Number.NaN,
        ),
        8,
      );
    }
  });

  it("takes a mean only where the batch's size is known", () => {
    expect(() =>
      graphOf((g, logits, labels) => meanOverBatch(g, crossEntropy(g, logits, labels))),
    ).toThrow(GraphError);
  });
});

it("log softmax exponentiates to numbers that add up to 1, and oneHot marks the label", () => {
  const rows = output(
    graphOf((g, x) => logSoftmax(g, x, 1)),
    "out",
    { x: wave([2, 3]), y },
    {},
  );
  expect([...rows.slice(0, 3)].reduce((sum, value) => sum + Math.exp(value), 0)).toBeCloseTo(1, 12);
  expect([
    ...output(
      graphOf((g, _, labels) => oneHot(g, labels, 3)),
      "out",
      { x: wave([2, 3]), y },
      {},
    ),
  ]).toEqual([0, 0, 1, 1, 0, 0]);
});
