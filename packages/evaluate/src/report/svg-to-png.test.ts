import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { decodePng, InvalidArgumentError } from "@glissade/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { guidanceSweepByClip } from "./__fixtures__/guidance-sweep.ts";
import { svgToPng } from "./svg-to-png.ts";
import { sweepPlots } from "./sweep-plots.ts";

const image = (content: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40">${content}</svg>`;
const text = (font: string) =>
  image(`<text x="10" y="30" font-size="24" font-family="${font}">Wörter ↑ 1.5</text>`);

async function darkPixels(png: Uint8Array): Promise<number> {
  const { data } = (await decodePng(png)).image;
  return data.filter((level, index) => index % 3 === 0 && level < 128).length;
}

describe("svgToPng", () => {
  it("draws text of any font family in the font that comes along", async () => {
    const pngs = await Promise.all(
      ["sans-serif", "serif", "Helvetica Neue", "No Such Font"].map((font) =>
        svgToPng(image(`<rect width="200" height="40" fill="white"/>${text(font)}`)),
      ),
    );
    const [first = new Uint8Array()] = pngs;
    expect(await darkPixels(first)).toBeGreaterThan(500);
    for (const png of pngs) expect(Buffer.from(png).equals(first)).toBe(true);
  });

  it("leaves ink for every text of a plot", async () => {
    const [, plot] = await sweepPlots(guidanceSweepByClip());
    const svg = plot?.svg ?? "";
    const whole = await svgToPng(svg, { zoom: 1 });
    const texts = [...svg.matchAll(/<text [^>]*>.*?<\/text>/gs)].filter(
      ([element]) => !element.includes('"white"'),
    );
    expect(texts.length).toBeGreaterThanOrEqual(25); // 11 scales, 8 ticks or more, titles, a legend
    for (const { index, 0: element } of texts) {
      const without = await svgToPng(svg.slice(0, index) + svg.slice(index + element.length), {
        zoom: 1,
      });
      expect(Buffer.from(without).equals(whole), element).toBe(false);
    }
  });

  it("draws the same where the machine has no fonts", async () => {
    const folder = await mkdtemp(join(tmpdir(), "glissade-fonts-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await writeFile(join(folder, "fonts.conf"), "<fontconfig></fontconfig>");
    const svg = text("sans-serif");
    const program = `const { svgToPng } = await import(${JSON.stringify(new URL("svg-to-png.ts", import.meta.url).href)});
      process.stdout.write(Buffer.from(await svgToPng(${JSON.stringify(svg)})).toString("base64"));`;
    const options = [
      "--conditions=glissade-source",
      "--import",
      import.meta.resolve("tsx"),
      "--input-type=module",
      "--eval",
      program,
    ];
    const env = {
      PATH: process.env.PATH,
      HOME: folder,
      XDG_DATA_HOME: folder,
      FONTCONFIG_FILE: join(folder, "fonts.conf"),
      FONTCONFIG_PATH: folder,
    };
    const { stdout } = await promisify(execFile)(process.execPath, options, { env });
    expect(Buffer.from(stdout, "base64").equals(await svgToPng(svg))).toBe(true);
  });

  it("has twice the SVG's pixels, or as many times as asked", async () => {
    const sizeOf = async (png: Uint8Array) => {
      const { width, height } = (await decodePng(png)).image;
      return [width, height];
    };
    expect(await sizeOf(await svgToPng(image("")))).toEqual([400, 80]);
    expect(await sizeOf(await svgToPng(image(""), { zoom: 3 }))).toEqual([600, 120]);
  });

  it("refuses what is no SVG, a zoom out of range, and an aborted signal", async () => {
    await expect(svgToPng("<svg")).rejects.toThrow(InvalidArgumentError);
    for (const zoom of [0, -1, 9, Number.NaN])
      await expect(svgToPng(image(""), { zoom })).rejects.toThrow(InvalidArgumentError);
    const reason = new Error("enough");
    await expect(svgToPng(image(""), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
