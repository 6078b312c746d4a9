import { InvalidArgumentError } from "@glissade/core";
import { describe, expect, it } from "vitest";
import type { MeasuredSetting, SweepResults } from "../sweep/sweep-results.ts";
import {
  guidanceSweep,
  guidanceSweepByClip,
  withMetrics,
  withSettings,
} from "./__fixtures__/guidance-sweep.ts";
import { svgToPng } from "./svg-to-png.ts";
import { sweepPlots } from "./sweep-plots.ts";

async function plotNamed(name: string, results: SweepResults): Promise<string> {
  return (await sweepPlots(results)).find((plot) => plot.name === name)?.svg ?? "";
}

function textsOf(svg: string): string[] {
  const elements = [...svg.matchAll(/<text [^>]*>(.*?)<\/text>/gs)].map(
    ([, content = ""]) => content,
  );
  // lines are elements in it
  return elements.flatMap((content) => content.split(/<[^>]*>/)).filter((text) => text !== "");
}

/** The corners of each curve, in pixels. */
function curvesOf(svg: string): number[][][] {
  const lines = [...svg.matchAll(/<g[^>]*class="mark-line[^"]*"[^>]*>(.*?)<\/g>/gs)]
    .map(([, content = ""]) => content)
    .join("");
  return [...lines.matchAll(/ d="([^"]+)"/g)].map(([, path = ""]) =>
    [...path.matchAll(/[ML](-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]),
  );
}

/** Whether pixels are values times one factor plus one offset. */
function expectProportional(pixels: readonly number[], values: readonly number[]): void {
  const [least, most] = [values.indexOf(Math.min(...values)), values.indexOf(Math.max(...values))];
  const at = (list: readonly number[], index: number) => list[index] ?? Number.NaN;
  const factor = (at(pixels, most) - at(pixels, least)) / (at(values, most) - at(values, least));
  for (const [index, value] of values.entries())
    expect(at(pixels, index)).toBeCloseTo(
      at(pixels, least) + (value - at(values, least)) * factor,
      1,
    );
}

describe("sweepPlots", () => {
  it("draws the paper's three plots as well-formed SVG", async () => {
    const plots = await sweepPlots(guidanceSweep());
    expect(plots.map(({ name }) => name)).toEqual([
      "precision-recall",
      "inception-score",
      "clip-score",
    ]);
    // resvg's parser takes well-formed XML alone
    for (const { svg } of plots) expect((await svgToPng(svg)).length).toBeGreaterThan(1000);
  });

  it("draws a curve a strategy through its settings in the order of their scales, whatever the results' order", async () => {
    const results = guidanceSweepByClip();
    const shuffled = {
      ...results,
      settings: results.settings.toSorted((a, b) => ((a.scale * 7) % 5) - ((b.scale * 7) % 5)),
    };
    const curves = curvesOf(await plotNamed("inception-score", shuffled));
    const expected = (["cfg", "clip"] as const).map((strategy) =>
      results.settings.filter((setting) => setting.strategy === strategy),
    );
    expect(curves.map(({ length }) => length).toSorted()).toEqual([5, 6]);
    for (const settings of expected) {
      const curve = curves.find(({ length }) => length === settings.length) ?? [];
      expectProportional(
        curve.map(([x = 0]) => x),
        settings.map(({ metrics }) => metrics.fid),
      );
      expectProportional(
        curve.map(([, y = 0]) => y),
        settings.map(({ metrics }) => metrics.inceptionScore ?? 0),
      );
    }
  });

  it("writes every scale beside its point, the axes with what is better, and what the curves are", async () => {
    const texts = textsOf(await plotNamed("precision-recall", guidanceSweepByClip()));
    const count = (text: string) => texts.filter((other) => other === text).length;
    // with the white rim beneath
    for (const scale of ["1.5", "3", "5", "4", "8", "16"]) expect(count(scale), scale).toBe(2);
    for (const scale of ["1", "2"]) expect(count(scale), scale).toBe(4); // of both strategies
    expect(texts).toEqual(
      expect.arrayContaining([
        "classifier-free guidance",
        "CLIP guidance",
        "Recall (higher is better) →",
        "↑ Precision (higher is better)",
      ]),
    );
  });

  it("calls a distance FID for Inception's features alone, and names any other network", async () => {
    expect(textsOf(await plotNamed("clip-score", guidanceSweep()))).toContain(
      "← FID (lower is better)",
    );
    const texts = textsOf(await plotNamed("clip-score", guidanceSweepByClip()));
    expect(texts).toEqual(
      expect.arrayContaining([
        "← Fréchet distance (lower is better)",
        "Features: clip-image-embedding",
      ]),
    );
    expect(texts.join()).not.toContain("FID");
  });

  it("leaves a forgotten caption outside the axes where it would squash the rest, and says so", async () => {
    const told = "Scale 0, without the caption, lies outside the axes.";
    const isFlat = (svg: string) =>
      Math.max(
        ...curvesOf(svg)
          .flat()
          .map(([x = 0]) => x),
      ) <= 340;
    const svg = await plotNamed("clip-score", guidanceSweep());
    expect(textsOf(svg)).toContain(told);
    expect(isFlat(svg)).toBe(false); // its line leaves the plot
    const near = withMetrics(guidanceSweep(), ({ metrics, scale }) => ({
      ...metrics,
      fid: 15 + scale * 4,
      clipScore: 25 + scale,
    }));
    expect(textsOf(await plotNamed("clip-score", near))).not.toContain(told);
    expect(isFlat(await plotNamed("clip-score", near))).toBe(true);
  });

  it("tells a screen reader all numbers", async () => {
    const [, label = ""] =
      /aria-label="([^"]*)"/.exec(await plotNamed("precision-recall", guidanceSweep())) ?? [];
    expect(label).toContain(
      "classifier-free guidance: scale 0, Recall 0.380, Precision 0.410; scale 1, Recall 0.550",
    );
    expect(label.match(/scale /g)).toHaveLength(10);
  });

  it("leaves out plots whose measure no setting has, and points without it", async () => {
    const without = withMetrics(
      guidanceSweep(),
      ({ metrics: { inceptionScore: _, clipScore: __, ...rest } }) => rest,
    );
    expect((await sweepPlots(without)).map(({ name }) => name)).toEqual(["precision-recall"]);
    const partly = withMetrics(guidanceSweepByClip(), ({ metrics, scale }) => ({
      ...metrics,
      precision: scale === 2 ? Number.NaN : metrics.precision,
    }));
    const svg = await plotNamed("precision-recall", partly);
    expect(
      curvesOf(svg)
        .map(({ length }) => length)
        .toSorted(),
    ).toEqual([4, 5]);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("draws a single setting", async () => {
    const results = guidanceSweep();
    const plots = await sweepPlots({ ...results, settings: results.settings.slice(2, 3) });
    expect(plots).toHaveLength(3);
    for (const { svg } of plots) {
      expect(textsOf(svg)).toContain("1.5");
      expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    }
  });

  it("gives each of many curves a look of its own, also where their names are cut to the same", async () => {
    const long = "a sampler that somebody has given a name without an end, number";
    const results = guidanceSweepByClip();
    const settings = Array.from({ length: 9 }, (_, index) =>
      results.settings.map((setting) => ({ ...setting, sampler: `${long} ${index}` })),
    ).flat();
    const svg = await plotNamed("precision-recall", { ...results, settings });
    expect(curvesOf(svg)).toHaveLength(18);
    const legend = textsOf(svg).filter((text) => /guidance/.test(text));
    expect(new Set(legend).size).toBe(18);
    const strokes = [...svg.matchAll(/<g[^>]*class="mark-line[^"]*"[^>]*>(.*?)<\/g>/gs)].map(
      ([, path = ""]) =>
        [/stroke="([^"]*)"/.exec(path)?.[1], /stroke-dasharray="([^"]*)"/.exec(path)?.[1]].join(),
    );
    expect(new Set(strokes).size).toBe(strokes.length);
  });

  it("takes names from outside for nothing but text", async () => {
    const hostile = `"]]></text><script>alert(1)</script>\u0000\u202e<!--`;
    const change = (setting: MeasuredSetting) => ({
      ...setting,
      sampler: `${hostile} ${setting.scale}`,
    });
    const results = {
      ...withSettings(guidanceSweep(), change),
      model: { name: hostile, sha256: "00" },
    };
    for (const { svg } of await sweepPlots(results)) {
      expect(svg).not.toMatch(/<script|<!--/);
      for (const unprintable of ["\u0000", "\u202e"]) expect(svg).not.toContain(unprintable);
      await svgToPng(svg); // well-formed still
    }
  });

  it("refuses nothing, and settings that different networks measured", async () => {
    const results = guidanceSweep();
    await expect(sweepPlots({ ...results, settings: [] })).rejects.toThrow(InvalidArgumentError);
    await expect(
      sweepPlots({
        ...results,
        settings: [...results.settings, ...guidanceSweepByClip().settings],
      }),
    ).rejects.toThrow("settings that one network measured");
  });
});
