import { evaluateGraph, GraphBuilder, sizeOf, tensor, type Value } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import {
  averagePoolAround,
  maximum,
  maxPoolAround,
  maxPoolEverySecond,
} from "./inception-pooling.ts";

/** Two images of two channels of 5x7 pixels, from -1.5 to 1.5. */
const dims = [2, 2, 5, 7] as const;
const x = tensor(
  dims,
  Float32Array.from({ length: sizeOf(dims) }, (_, i) => (((i * 37) % 61) - 30) / 20),
);
const positive = tensor(dims, x.data.map(Math.abs));

function compute(input: typeof x, write: (g: GraphBuilder, x: Value) => Value) {
  const g = new GraphBuilder();
  g.output("y", write(g, g.input("x", ["batch", ...input.dims.slice(1)])));
  const { y } = evaluateGraph(g.build(), { x: input });
  if (!y) throw new Error("The graph has no y.");
  return y;
}

/** The values of 3x3 pixels whose middle is given, without those beyond the edge. */
function neighbours(input: typeof x, plane: number, row: number, column: number): number[] {
  const found: number[] = [];
  for (let y = Math.max(0, row - 1); y <= Math.min(4, row + 1); y++) {
    for (let i = Math.max(0, column - 1); i <= Math.min(6, column + 1); i++)
      found.push(input.data[(plane * 5 + y) * 7 + i] ?? Number.NaN);
  }
  return found;
}

/** What a rule makes of the pixels around those in the middle of every output pixel. */
function around(
  input: typeof x,
  [rows, columns]: readonly [rows: readonly number[], columns: readonly number[]],
  rule: (values: number[]) => number,
): number[] {
  return [0, 1, 2, 3].flatMap((plane) =>
    rows.flatMap((row) => columns.map((column) => rule(neighbours(input, plane, row, column)))),
  );
}

const everywhere = [
  [0, 1, 2, 3, 4],
  [0, 1, 2, 3, 4, 5, 6],
] as const;
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
const close = (values: number[]) => values.map((value) => expect.closeTo(value, 6));

describe("pooling", () => {
  it("takes the larger of two values, and the ReLU for 0", () => {
    expect([
      ...compute(tensor([1, 2, 5, 7], x.data.slice(0, 70)), (g, value) => maximum(g, value, 0))
        .data,
    ]).toEqual(Array.from(x.data.slice(0, 70), (value) => Math.max(value, 0)));
    const turned = compute(x, (g, value) => maximum(g, value, g.slice(value, 3, 6, -1, -1)));
    expect(turned.data[0]).toBe(Math.max(x.data[0] ?? 0, x.data[6] ?? 0));
  });

  it("takes the largest of 3x3 pixels, every second one, and leaves incomplete squares out", () => {
    const everySecond = compute(x, maxPoolEverySecond);
    expect(everySecond.dims).toEqual([2, 2, 2, 3]);
    expect([...everySecond.data]).toEqual(
      around(
        x,
        [
          [1, 3],
          [1, 3, 5],
        ],
        (values) => Math.max(...values),
      ),
    );
    expect(compute(tensor([1, 2, 4, 7]), maxPoolEverySecond).dims).toEqual([1, 2, 1, 3]);
  });

  it("takes the largest of 3x3 pixels around every pixel", () => {
    expect([...compute(positive, maxPoolAround).data]).toEqual(
      around(positive, everywhere, (values) => Math.max(...values)),
    );
  });

  it("takes the mean of what lies within the image, as TensorFlow does", () => {
    const means = around(x, everywhere, (values) => sum(values) / values.length);
    expect([...compute(x, (g, value) => averagePoolAround(g, value, "nothing")).data]).toEqual(
      close(means),
    );
  });

  it("takes the mean with zeros beyond the edge, as torchvision does", () => {
    const means = around(x, everywhere, (values) => sum(values) / 9);
    expect([...compute(x, (g, value) => averagePoolAround(g, value, "zeros")).data]).toEqual(
      close(means),
    );
  });
});
