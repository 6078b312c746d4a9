import { describe, expect, it } from "vitest";
import { cellName, cellOptions, labRows } from "./lab-grid.ts";

const request = { prompt: "red apple", seed: 7, upscale: false };
const optionsOf = (kind: string) => labRows([1, 4]).find((row) => row.kind === kind)?.cells.map((cell) => cellOptions(cell, request)) ?? []; // biome-ignore format: one line

describe("the grid of the guidance lab", () => {
  it("has a cell for every scale, but one alone without guidance, and no two with the same key", () => {
    const rows = labRows([1, 3, 8]);
    expect(rows.map(({ kind, cells }) => [kind, cells.length])).toEqual([["none", 1], ["classifier-free", 3], ["clip", 3], ["both", 3]]); // biome-ignore format: a table
    expect(new Set(rows.flatMap(({ cells }) => cells.map(({ key }) => key))).size).toBe(10);
  });

  it("asks for each guidance by its scale, and for none of the others", () => {
    const common = { prompt: "red apple", seed: 7, upscale: false };
    expect(optionsOf("none")).toEqual([{ ...common, guidance: 1, clipGuidance: 0 }]);
    expect(optionsOf("classifier-free")[1]).toEqual({ ...common, guidance: 4, clipGuidance: 0 });
    expect(optionsOf("clip")[1]).toEqual({ ...common, guidance: 1, clipGuidance: 4 });
    expect(optionsOf("both")[1]).toEqual({ ...common, guidance: 4, clipGuidance: 4 });
  });

  it("names its cells", () => {
    expect(labRows([2]).map(({ cells: [cell] }) => cell && cellName(cell))).toEqual([
      "No guidance",
      "Classifier-free, scale 2",
      "CLIP, scale 2",
      "Both, scale 2",
    ]);
  });
});
