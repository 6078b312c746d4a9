import { describe, expect, it } from "vitest";
import {
  guidanceSweep,
  guidanceSweepByClip,
  withMetrics,
  withSettings,
} from "./__fixtures__/guidance-sweep.ts";
import { type SweepTable, sweepTable } from "./sweep-table.ts";

function columnOf({ columns, rows }: SweepTable, title: string) {
  const index = columns.findIndex((column) => column.title === title);
  return rows.map(({ title, cells }) => ({
    title,
    ...(cells[index] ?? { text: "", isBest: false }),
  }));
}

function bestOf(table: SweepTable, title: string): string[] {
  return columnOf(table, title)
    .filter(({ isBest }) => isBest)
    .map(({ title }) => title);
}

describe("sweepTable", () => {
  it("marks the smallest distance and the highest score", () => {
    const table = sweepTable(guidanceSweep());
    expect(bestOf(table, "FID ↓")).toEqual(["classifier-free guidance 1.5"]);
    expect(bestOf(table, "Inception score ↑")).toEqual(["classifier-free guidance 6"]);
    expect(bestOf(table, "Recall ↑")).toEqual([
      "classifier-free guidance 1 (unguided)",
      "CLIP guidance 0 (unguided)",
    ]);
    expect(columnOf(table, "FID ↓").map(({ text }) => text)).toEqual([
      "96.40",
      "21.70",
      "15.20",
      "18.90",
      "25.30",
      "21.70",
      "20.10",
      "21.80",
      "28.40",
      "41.20",
    ]);
  });

  it("never ranks CLIP guidance by CLIP, and says why", () => {
    const table = sweepTable(guidanceSweep());
    // CLIP guidance 8 has 39.5
    expect(bestOf(table, "CLIP score ↑")).toEqual(["classifier-free guidance 6"]);
    expect(bestOf(table, "R-precision (chance) ↑")).toEqual(["classifier-free guidance 6"]);
    expect(table.notes.join()).toContain(
      "CLIP score and R-precision of CLIP guidance are not ranked",
    );
    const { settings, ...rest } = guidanceSweep();
    expect(
      sweepTable({ ...rest, settings: settings.filter(({ strategy }) => strategy === "cfg") })
        .notes,
    ).toEqual(["Bold: the best of its column."]);
  });

  it("speaks of FID and KID for Inception's features alone", () => {
    const { columns, notes } = sweepTable(guidanceSweepByClip());
    expect(columns.slice(0, 2).map(({ title }) => title)).toEqual([
      "Fréchet distance ↓",
      "Kernel distance ↓",
    ]);
    expect(notes.join()).toContain("features of clip-image-embedding, not of Inception");
  });

  it("writes a deviation with as many decimals as its mean", () => {
    const texts = columnOf(sweepTable(guidanceSweep()), "KID ↓").map(({ text }) => text);
    expect(texts[2]).toBe("0.00760 ± 0.00051"); // 15.2 / 2000, 15.2 / 30000
    const tiny = withMetrics(guidanceSweep(), ({ metrics }) => ({
      ...metrics,
      kid: { mean: 1.234e-8, deviation: 5.67e-9 },
    }));
    expect(columnOf(sweepTable(tiny), "KID ↓")[0]?.text).toBe("1.23e-8 ± 5.7e-9");
  });

  it("leaves out columns that nothing has, and puts a dash where one setting lacks a number", () => {
    const without = withMetrics(
      guidanceSweep(),
      ({ metrics: { inceptionScore: _, clipScore, rPrecision: __, ...rest }, scale }) => ({
        ...rest,
        fid: scale === 3 ? Number.NaN : rest.fid,
        ...(scale > 0 && clipScore !== undefined && { clipScore }),
      }),
    );
    const table = sweepTable(without);
    expect(table.columns.map(({ title }) => title).join()).not.toMatch(
      /Inception score|R-precision/,
    );
    expect(columnOf(table, "CLIP score ↑")[0]?.text).toBe("–");
    expect(columnOf(table, "FID ↓")[3]).toMatchObject({ text: "–", isBest: false });
    expect(JSON.stringify(table.rows.map(({ cells }) => cells))).not.toMatch(
      /NaN|undefined|Infinity/,
    );
  });

  it("names the sampler where the settings differ in it", () => {
    const { settings, ...rest } = guidanceSweep();
    const table = sweepTable({
      ...rest,
      settings: settings.map((setting, index) =>
        index === 0 ? { ...setting, steps: 1 } : setting,
      ),
    });
    expect(table.rows.slice(0, 2).map(({ title }) => title)).toEqual([
      "classifier-free guidance 0 (caption ignored), ddim, 1 step",
      "classifier-free guidance 1 (unguided), ddim, 50 steps",
    ]);
  });

  it("has no best of a single setting, nor of equal ones", () => {
    const { settings, ...rest } = guidanceSweep();
    expect(sweepTable({ ...rest, settings: settings.slice(0, 1) }).notes).toEqual([]);
    const equal = withSettings(guidanceSweep(), (setting) => ({
      ...setting,
      secondsPerImage: 1,
    }));
    expect(bestOf(sweepTable(equal), "Seconds an image ↓")).toEqual([]);
  });
});
