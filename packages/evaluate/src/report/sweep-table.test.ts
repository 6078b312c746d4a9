import { read } from "vega";
import { describe, expect, it } from "vitest";
import { guidanceSweep, withSettings } from "./__fixtures__/guidance-sweep.ts";
import { sweepCsv } from "./sweep-csv.ts";
import { sweepMarkdown } from "./sweep-markdown.ts";
import { sweepTable } from "./sweep-table.ts";

function bestOf(table: ReturnType<typeof sweepTable>, column: string): string[] {
  const index = table.columns.findIndex(({ title }) => title.startsWith(column));
  return table.rows.filter(({ cells }) => cells[index]?.isBest).map(({ name }) => name);
}

describe("sweepTable", () => {
  it("has a row a setting in their order, and a column a measure", () => {
    const { columns, rows } = sweepTable(guidanceSweep());
    expect(columns.map(({ title }) => title)).toEqual([
      ...["FID ↓", "sFID ↓", "KID ↓", "Inception score ↑", "Precision ↑", "Recall ↑", "Density ↑", "Coverage ↑", "CLIP score ↑", "R-precision (chance) ↑"],
      ...["Diversity ↑", "Seconds a picture ↓"],
    ]);
    expect(rows.map(({ name }) => name).slice(0, 3)).toEqual([
      "classifier-free guidance 0 (caption ignored)",
      "classifier-free guidance 1 (unguided)",
      "classifier-free guidance 1.5",
    ]);
    expect(rows[2]?.cells.map(({ text }) => text)).toEqual([
      ...["15.20", "25.84", "0.00760 ± 0.00070", "15.30", "0.660", "0.530", "0.792", "0.742", "27.40", "0.548 (0.010)", "14.53", "0.720"],
    ]);
  });

  it("marks the best of each column", () => {
    const table = sweepTable(guidanceSweep());
    expect(bestOf(table, "FID")).toEqual(["classifier-free guidance 1.5"]);
    expect(bestOf(table, "Precision")).toEqual(["classifier-free guidance 6"]);
    expect(bestOf(table, "Recall")).toEqual(["classifier-free guidance 1 (unguided)", "CLIP guidance 0 (unguided)"]);
  });

  it("never marks CLIP's judgement of CLIP guidance, and says so", () => {
    const table = sweepTable(guidanceSweep());
    expect(bestOf(table, "CLIP score")).toEqual(["classifier-free guidance 6"]);
    expect(bestOf(table, "R-precision")).toEqual(["classifier-free guidance 6"]);
    expect(table.notes.join()).toContain("CLIP score and R-precision of CLIP guidance: not ranked");
    const only = sweepTable({ ...guidanceSweep(), settings: guidanceSweep().settings.filter(({ strategy }) => strategy === "clip") });
    expect(bestOf(only, "CLIP score")).toEqual([]);
    expect(bestOf(only, "FID")).toEqual(["CLIP guidance 1"]);
  });

  it("marks nothing where there is nothing to choose from", () => {
    const { rows, notes } = sweepTable({ ...guidanceSweep(), settings: guidanceSweep().settings.slice(0, 1) });
    expect(rows.flatMap(({ cells }) => cells).some(({ isBest }) => isBest)).toBe(false);
    expect(notes).toEqual(["All sampled by ddim, 50 steps."]);
  });

  it("leaves out columns of measures that nobody took, and has a dash for a number that is none", () => {
    const results = withSettings(guidanceSweep(), ({ metrics, ...setting }) => {
      const { sfid, inceptionScore, clipScore, rPrecision, ...rest } = metrics;
      return { ...setting, metrics: { ...rest, fid: setting.scale === 3 ? Number.NaN : rest.fid } };
    });
    const { columns, rows, notes } = sweepTable(results);
    expect(columns).toHaveLength(8);
    expect(rows[3]?.cells[0]).toEqual({ text: "–", isBest: false });
    expect(notes).toEqual(["All sampled by ddim, 50 steps.", "Bold: the best of its column."]);
  });

  it("names the network of distances that are not Inception's", () => {
    const results = withSettings(guidanceSweep(), (setting) => ({
      ...setting,
      card: { ...setting.card, features: { ...setting.card.features, name: "clip-image" } },
    }));
    expect(sweepTable(results).columns[0]?.title).toBe("Fréchet distance (clip-image features) ↓");
  });
});

describe("sweepCsv", () => {
  it("comes back from another's CSV reader as it was", () => {
    const results = withSettings(guidanceSweep(), (setting) => ({ ...setting, sampler: 'two\r\nlines, a "quote"', steps: "fast27" }));
    const rows = read(sweepCsv(results), { type: "csv", parse: {} }) as Record<string, string>[]; // Vega types them as objects
    expect(rows).toHaveLength(10);
    rows.forEach((row, index) => {
      const { strategy, scale, sampler, steps, metrics, secondsPerPicture, card } = results.settings[index] ?? {};
      expect([row.strategy, row.sampler, row.steps, row.features]).toEqual([strategy, sampler, steps, card?.features.name]);
      const numbers = [row.scale, row.fid, row.kid, row.kid_deviation, row.clip_score, row.r_precision, row.seconds_per_picture].map(Number);
      expect(numbers).toEqual([
        scale,
        metrics?.fid,
        metrics?.kid.mean,
        metrics?.kid.deviation,
        metrics?.clipScore,
        metrics?.rPrecision?.precision,
        secondsPerPicture,
      ]);
    });
  });

  it("ends lines as RFC 4180 has it, and has empty fields for what was not measured", () => {
    const results = withSettings(guidanceSweep(), ({ metrics: { sfid, ...metrics }, ...setting }) => ({
      ...setting,
      metrics: { ...metrics, fid: Number.NaN },
    }));
    const lines = sweepCsv(results).split("\r\n");
    expect(lines).toHaveLength(12);
    expect(lines.at(-1)).toBe("");
    expect(lines[1]).toMatch(/^cfg,0,ddim,50,inception-v3-fid,,,0\.0482,/);
  });

  it.each(["=1+2", "+1", "-1", "@SUM(A1)", "\t=1"])("lets no spreadsheet take the name %j for a formula", (sampler) => {
    const [, row] = sweepCsv(withSettings(guidanceSweep(), (setting) => ({ ...setting, sampler }))).split("\r\n");
    expect(row?.split(",")[2]).toBe(`'${sampler}`);
  });

  it("leaves negative numbers numbers: a kernel distance can be below zero", () => {
    const results = withSettings(guidanceSweep(), (setting) => ({ ...setting, metrics: { ...setting.metrics, kid: { mean: -0.0001, deviation: 0.001 } } }));
    expect(sweepCsv(results)).toContain(",-0.0001,0.001,");
  });
});

describe("sweepMarkdown", () => {
  it("is a table of as many cells in every line, with the best in bold and the notes beneath", () => {
    const lines = sweepMarkdown(guidanceSweep()).split("\n");
    const table = lines.slice(0, 12);
    expect(new Set(table.map((line) => line.split(/(?<!\\)\|/).length))).toEqual(new Set([15]));
    expect(table[4]).toContain("| classifier-free guidance 1.5 | **15.20** |");
    expect(lines.slice(12).filter(Boolean)).toHaveLength(3);
  });

  it("lets no name be markup", () => {
    const results = withSettings(guidanceSweep(), (setting) => ({ ...setting, sampler: "a|b*c*<img>\n[x](y)", steps: setting.scale }));
    const text = sweepMarkdown(results);
    expect(text).toContain("a\\|b\\*c\\*\\<img\\>\ufffd\\[x\\](y)");
    expect(text.split("\n")).toHaveLength(12 + 2 * 2 + 1); // the table, two notes and what ends the last line
  });
});
