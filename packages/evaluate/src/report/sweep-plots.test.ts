import { InvalidArgumentError } from "@glissade/core";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MeasuredSetting, SweepResults } from "../sweep/sweep-results.ts";
import { guidanceSweep, withSettings } from "./__fixtures__/guidance-sweep.ts";
import { headlessChromium } from "./__fixtures__/headless-chromium.ts";
import { sweepPlots } from "./sweep-plots.ts";

let browser: Browser;
let page: Page;
beforeAll(async () => {
  browser = await headlessChromium();
  page = await browser.newPage();
});
afterAll(() => browser.close());

interface SeenText {
  readonly text: string;
  readonly group: string;
  readonly fill: string | null;
  readonly box: { left: number; top: number; right: number; bottom: number };
}

interface SeenPlot {
  readonly error: string | null;
  readonly label: string | null;
  readonly size: readonly [number, number];
  readonly texts: readonly SeenText[];
  /** The ends of the straight pieces of each line. */
  readonly lines: readonly (readonly (readonly [number, number])[])[];
  readonly marks: readonly { readonly fill: string | null; readonly shape: string | null }[];
}

/** What Chromium's XML parser and its layout make of a plot. */
async function seen(svg: string): Promise<SeenPlot> {
  await page.setContent("<body></body>");
  return page.evaluate((source) => {
    const parsed = new DOMParser().parseFromString(source, "image/svg+xml");
    const root = document.body.appendChild(document.importNode(parsed.documentElement, true));
    const texts = [...root.querySelectorAll("text")].filter((text) => text.getAttribute("opacity") !== "0" && text.getAttribute("stroke") === null);
    const origin = root.getBoundingClientRect();
    return {
      error: parsed.querySelector("parsererror")?.textContent ?? null,
      label: root.getAttribute("aria-label"),
      size: [origin.width, origin.height] as const,
      texts: texts.map((text) => {
        const { left, top, right, bottom } = text.getBoundingClientRect();
        const box = { left: left - origin.left, top: top - origin.top, right: right - origin.left, bottom: bottom - origin.top };
        return { text: text.textContent ?? "", group: text.parentElement?.getAttribute("class") ?? "", fill: text.getAttribute("fill"), box };
      }),
      lines: [...root.querySelectorAll(".mark-line path")].map((path) =>
        [...(path.getAttribute("d") ?? "").matchAll(/[ML](-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const),
      ),
      marks: [...root.querySelectorAll(".mark-symbol.role-mark path")].map((mark) => {
        return { fill: mark.getAttribute("fill"), shape: mark.getAttribute("d") };
      }),
    };
  }, svg);
}

async function plotOf(results: SweepResults, name: string): Promise<SeenPlot> {
  const plot = (await sweepPlots(results)).find((plot) => plot.name === name);
  return seen(plot?.svg ?? "");
}

function labels({ texts }: SeenPlot): string[] {
  return texts.filter(({ group }) => group.includes("role-mark")).map(({ text }) => text);
}

function legend({ texts }: SeenPlot): string[] {
  return texts.filter(({ group }) => group.includes("legend-label")).map(({ text }) => text);
}

function titles({ texts }: SeenPlot): string[] {
  return texts.filter(({ group }) => group.includes("axis-title")).map(({ text }) => text);
}

function without(results: SweepResults, ...measures: ("inceptionScore" | "clipScore")[]): SweepResults {
  return withSettings(results, (setting) => {
    const kept = Object.entries(setting.metrics).filter(([name]) => !measures.some((measure) => measure === name));
    return { ...setting, metrics: Object.fromEntries(kept) as unknown as MeasuredSetting["metrics"] }; // what is left out is optional
  });
}

describe("sweepPlots", () => {
  it("draws the paper's three plots as SVG that an XML parser reads", async () => {
    const plots = await sweepPlots(guidanceSweep());
    expect(plots.map(({ name }) => name)).toEqual(["precision-recall", "inception-score", "clip-score"]);
    for (const { svg } of plots) {
      expect((await seen(svg)).error).toBeNull();
      expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  it("names the axes, and points to what is better", async () => {
    expect(titles(await plotOf(guidanceSweep(), "precision-recall"))).toEqual(["Recall (higher is better) →", "↑ Precision (higher is better)"]);
    expect(titles(await plotOf(guidanceSweep(), "inception-score"))).toEqual(["← FID (lower is better)", "↑ Inception score (higher is better)"]);
    expect(titles(await plotOf(guidanceSweep(), "clip-score"))).toEqual(["← FID (lower is better)", "↑ CLIP score (higher is better)"]);
  });

  it("calls a distance of other features than Inception's by its name", async () => {
    const results = withSettings(guidanceSweep(), (setting) => ({
      ...setting,
      card: { ...setting.card, features: { ...setting.card.features, name: "clip-image" } },
    }));
    expect(titles(await plotOf(results, "clip-score"))[0]).toBe("← Fréchet distance (clip-image features) (lower is better)");
  });

  it("draws a curve a strategy and labels every scale", async () => {
    const plot = await plotOf(guidanceSweep(), "precision-recall");
    expect(plot.lines.map((line) => line.length)).toEqual([5, 5]);
    expect(labels(plot)).toEqual(["0", "1", "1.5", "3", "6", "0", "1", "2", "4", "8"]);
    expect(legend(plot)).toEqual(["classifier-free guidance", "CLIP guidance"]);
  });

  it("joins points in the order of their scale, whatever the order of the results", async () => {
    const results = guidanceSweep();
    const mixed = { ...results, settings: [...results.settings].sort((a, b) => a.metrics.fid - b.metrics.fid) };
    const { lines } = await plotOf(mixed, "clip-score");
    const [expected] = (await plotOf(results, "clip-score")).lines;
    expect(lines).toContainEqual(expected);
  });

  it("puts points where their numbers say: a better recall farther right, a better precision farther up", async () => {
    const { lines } = await plotOf(guidanceSweep(), "precision-recall");
    const [[, unguided, , , strongest] = []] = lines;
    expect(strongest?.[0]).toBeLessThan(unguided?.[0] ?? 0); // recall falls from 0.55 to 0.31
    expect(strongest?.[1]).toBeLessThan(unguided?.[1] ?? 0); // precision rises from 0.58 to 0.81; y runs down
  });

  it("draws a curve for each sampler and number of steps, no two of one colour and shape", async () => {
    const results = guidanceSweep();
    const settings = ["ddim", "euler", "heun", "plms"].flatMap((sampler) => results.settings.map((setting) => ({ ...setting, sampler })));
    const plot = await plotOf({ ...results, settings }, "precision-recall");
    expect(plot.lines).toHaveLength(8);
    expect(legend(plot)).toHaveLength(8);
    expect(new Set(plot.marks.map(({ fill, shape }) => `${fill} ${shape}`)).size).toBeGreaterThanOrEqual(8);
    expect(legend(plot).slice(0, 3)).toEqual([
      "classifier-free guidance, ddim, 50 steps",
      "CLIP guidance, ddim, 50 steps",
      "classifier-free guidance, euler, 50 steps",
    ]);
  });

  it("keeps curves apart whose names are cut to the same", async () => {
    const results = guidanceSweep();
    const settings = ["a", "b"].flatMap((end) => results.settings.map((setting) => ({ ...setting, sampler: "long".repeat(30) + end })));
    const plot = await plotOf({ ...results, settings }, "precision-recall");
    expect(plot.lines).toHaveLength(4);
    expect(new Set(legend(plot)).size).toBe(4);
  });

  it("leaves out plots of measures that nobody took", async () => {
    const names = async (results: SweepResults) => (await sweepPlots(results)).map(({ name }) => name);
    expect(await names(without(guidanceSweep(), "inceptionScore"))).toEqual(["precision-recall", "clip-score"]);
    expect(await names(without(guidanceSweep(), "clipScore", "inceptionScore"))).toEqual(["precision-recall"]);
  });

  it("draws the rest where a number is none", async () => {
    const results = withSettings(guidanceSweep(), (setting) =>
      setting.scale === 3 ? { ...setting, metrics: { ...setting.metrics, fid: Number.NaN, recall: Number.POSITIVE_INFINITY } } : setting,
    );
    for (const { svg } of await sweepPlots(results)) {
      expect(svg).not.toMatch(/NaN|Infinity/);
      expect(labels(await seen(svg))).toHaveLength(9);
    }
  });

  it("draws a single setting", async () => {
    const results = guidanceSweep();
    const plot = await plotOf({ ...results, settings: results.settings.slice(3, 4) }, "clip-score");
    expect(labels(plot)).toEqual(["3"]);
    expect(legend(plot)).toEqual(["classifier-free guidance"]);
  });

  it("does not let a forgotten caption squash the rest: it is hollow, at the edge, with its values", async () => {
    const plot = await plotOf(guidanceSweep(), "clip-score");
    expect(labels(plot)[0]).toBe("0 (96.4; 18.2)");
    const hollow = plot.marks.filter(({ fill }) => fill === "white");
    expect(hollow).toHaveLength(1);
    const xs = plot.lines
      .flat()
      .slice(1)
      .map(([x]) => x); // of all but the forgotten caption
    expect(Math.max(...xs) - Math.min(...xs)).toBeGreaterThan(300); // of 410 pixels
    const [[outside, unguided, next] = []] = plot.lines;
    const slope = ((outside?.[1] ?? 0) - (unguided?.[1] ?? 0)) / ((outside?.[0] ?? 0) - (unguided?.[0] ?? 0));
    // The line keeps its direction. One unit of each axis in pixels, from the points of scale 1 and 1.5:
    const [unitX, unitY] = [((next?.[0] ?? 0) - (unguided?.[0] ?? 0)) / (15.2 - 21.7), ((next?.[1] ?? 0) - (unguided?.[1] ?? 0)) / (27.4 - 25.1)];
    expect(slope).toBeCloseTo(((18.2 - 25.1) * unitY) / ((96.4 - 21.7) * unitX), 2);
  });

  it("keeps all text inside the picture and scales off each other, also with long names", async () => {
    const results = withSettings(guidanceSweep(), (setting) => ({
      ...setting,
      steps: setting.strategy === "cfg" ? 50 : "fast27",
      sampler: `${setting.sampler} ${"of a long name ".repeat(8)}`,
    }));
    for (const { svg } of await sweepPlots({ ...results, model: { ...results.model, name: "model ".repeat(30) } })) {
      const { texts, size } = await seen(svg);
      for (const { box, text } of texts) {
        expect(box.left, text).toBeGreaterThanOrEqual(0);
        expect(box.top, text).toBeGreaterThanOrEqual(0);
        expect(box.right, text).toBeLessThanOrEqual(size[0]);
        expect(box.bottom, text).toBeLessThanOrEqual(size[1]);
      }
      const scales = texts.filter(({ group }) => group.includes("role-mark")).map(({ box }) => box);
      const shared = scales.flatMap((a, i) =>
        scales.slice(i + 1).filter((b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 4 && b.top < a.bottom - 4),
      );
      expect(shared).toEqual([]);
    }
  });

  it("writes scales in colours that can be read on white: a contrast of 4.5 and more", async () => {
    const results = guidanceSweep();
    const settings = ["a", "b", "c", "d"].flatMap((sampler) => results.settings.map((setting) => ({ ...setting, sampler })));
    const { texts } = await plotOf({ ...results, settings }, "precision-recall");
    const fills = new Set(texts.filter(({ group }) => group.includes("role-mark")).map(({ fill }) => fill ?? ""));
    expect(fills.size).toBe(7);
    for (const fill of fills) expect(1.05 / (luminance(fill) + 0.05), fill).toBeGreaterThanOrEqual(4.5);
  });

  it("tells its numbers to screen readers", async () => {
    const { label } = await plotOf(guidanceSweep(), "precision-recall");
    expect(label).toContain("Precision and recall. classifier-free guidance: scale 0, Recall 0.380, Precision 0.410; scale 1, Recall 0.550");
    expect(label).toContain("CLIP guidance: scale 0");
  });

  it("escapes names from files, and replaces what XML cannot hold", async () => {
    const name = `"a"</text><script>alert(1)</script>\u0000\ud800\u202e'&`;
    const results = withSettings(guidanceSweep(), (setting) => ({ ...setting, sampler: setting.strategy === "cfg" ? name : "ddim" }));
    const plot = await plotOf(results, "precision-recall");
    expect(plot.error).toBeNull();
    expect(legend(plot)[0]).toContain(`"a"</text><script>alert(1)`);
    expect(await page.locator("script").count()).toBe(0);
  });

  it("refuses results without settings, and settings of two networks", async () => {
    const results = guidanceSweep();
    await expect(sweepPlots({ ...results, settings: [] })).rejects.toThrow(InvalidArgumentError);
    const [first, ...rest] = results.settings;
    const stranger = rest.map((setting) => ({ ...setting, card: { ...setting.card, features: { ...setting.card.features, sha256: "00".repeat(32) } } }));
    await expect(sweepPlots({ ...results, settings: first ? [first, ...stranger] : [] })).rejects.toThrow(/one network measured/);
  });
});

/** @see WCAG 2.1, relative luminance */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((start) => {
    const level = Number.parseInt(hex.slice(start, start + 2), 16) / 255;
    return level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
