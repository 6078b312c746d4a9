import { evaluateGraph, GraphBuilder, tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { timestepEmbedding } from "./timestep-embedding.ts";

function embed(timesteps: readonly number[], channels: number): readonly number[] {
  const g = new GraphBuilder();
  g.output("out", timestepEmbedding(g, g.input("t", ["batch"]), channels));
  return [
    ...(evaluateGraph(g.build(), { t: tensor([timesteps.length], timesteps) }).out?.data ?? []),
  ];
}

describe("timestepEmbedding", () => {
  it("is cosines, then sines, of falling frequencies; an odd last channel is zero", () => {
    const row = embed([1], 5);
    const slow = Math.exp(-Math.log(10_000) / 2);
    [Math.cos(1), Math.cos(slow), Math.sin(1), Math.sin(slow), 0].forEach((value, i) => {
      expect(row[i]).toBeCloseTo(value, 6);
    });
  });

  it("takes fractional steps between whole ones", () => {
    const [low, between, high] = [10, 10.5, 11].map((t) => embed([t], 32)[20] as number) as [
      number,
      number,
      number,
    ];
    expect(Math.min(low, high)).toBeLessThan(between);
    expect(Math.max(low, high)).toBeGreaterThan(between);
  });

  it("has PyTorch's frequency where its exp does not round to the nearest float32", () => {
    // torch.exp(-math.log(10000) * torch.arange(96.) / 96)[9], 0.42169649 to the last digit; the
    // nearest float32 of the exact value is one unit below.
    const angle = Math.asin(embed([1], 192)[96 + 9] as number);
    expect(Math.fround(angle)).toBe(Math.fround(0.4216965));
    expect(Math.fround(Math.exp(Math.fround(-0.8634694)))).toBeLessThan(Math.fround(0.4216965));
  });
});
