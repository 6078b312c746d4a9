import { tensor } from "@glissade/graph";
import { Maker, runOn, testOperations } from "@glissade/graph/testing";
import { afterAll, describe, expect, it } from "vitest";
import { onnx } from "./onnx-backend.ts";

const backend = onnx({ threads: 1 });
afterAll(() => backend.dispose());

testOperations({ describe, it }, backend, 2e-6);

describe("silu", () => {
  it("keeps its relative precision far below zero, where ONNX Runtime's Sigmoid loses it", async () => {
    const make = new Maker();
    const values = [-4, -6, -8, -12, -20, -40];
    make.g.output("y", make.g.silu(make.input(tensor([values.length], values), ["batch"])));
    const { y } = await runOn(backend, make);
    for (const [i, x] of values.entries())
      expect(Number(y?.data[i]) / (x / (1 + Math.exp(-x)))).toBeCloseTo(1, 6);
  });

  it("stays finite at the ends of float32", async () => {
    const make = new Maker();
    make.g.output("y", make.g.silu(make.input(tensor([4], [-1e30, -200, 200, 1e30]), ["batch"])));
    const { y } = await runOn(backend, make);
    expect([...(y?.data ?? [])].map((value) => Number(value) + 0)).toEqual([
      0,
      0,
      200,
      Math.fround(1e30),
    ]);
  });
});

describe("scatterAdd", () => {
  it("loses no addition to a row that many threads would add to", async () => {
    const make = new Maker();
    const count = 20_000;
    make.g.output(
      "y",
      make.g.scatterAdd(
        make.indices(
          [count],
          Array.from({ length: count }, (_, i) => (i * i) % 3),
        ),
        make.input(tensor([count, 8], new Float32Array(count * 8).fill(1)), ["batch", 8]),
        3,
      ),
    );
    const rows = [0, 1, 2].map(
      (row) =>
        Array.from({ length: count }, (_, i) => (i * i) % 3).filter((index) => index === row)
          .length,
    );
    const { y } = await runOn(onnx({ threads: 4 }), make);
    expect([...(y?.data ?? [])]).toEqual(rows.flatMap((times) => new Array<number>(8).fill(times)));
  });
});
