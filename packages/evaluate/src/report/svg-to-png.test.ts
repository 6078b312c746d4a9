import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { decodePng, InvalidArgumentError, type RgbImage } from "@glissade/core";
import { describe, expect, it } from "vitest";
import { guidanceSweep } from "./__fixtures__/guidance-sweep.ts";
import { svgToPng } from "./svg-to-png.ts";
import { sweepPlots } from "./sweep-plots.ts";

const letter = (text: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="60" height="30"><rect width="60" height="30" fill="white"/><text x="5" y="24" font-family="sans-serif" font-size="24">${text}</text></svg>`;

/** Dark pixels of a part of a picture. */
function ink({ width, data }: RgbImage, left: number, top: number, right: number, bottom: number): number {
  let dark = 0;
  for (let y = Math.round(top); y < bottom; y++) {
    for (let x = Math.round(left); x < right; x++) if ((data[(y * width + x) * 3] ?? 255) < 128) dark++;
  }
  return dark;
}

async function inkOf(text: string): Promise<number> {
  const { image } = decodePng(await svgToPng(letter(text), { zoom: 1 }));
  return ink(image, 0, 0, image.width, image.height);
}

/** Where a plot's axis titles stand, in its own pixels: from their transforms, up the tree. */
function titleAt(svg: string, title: string): { x: number; y: number } {
  const before = svg.slice(0, svg.indexOf(`>${title}<`));
  const open: { x: number; y: number }[] = [];
  for (const [tag, closing, name] of before.concat(">").matchAll(/<(\/?)(g|text)\b[^>]*>/g)) {
    if (closing) open.pop();
    else {
      const [, x = "0", y = "0"] = /transform="translate\((-?[\d.]+),(-?[\d.]+)\)/.exec(tag) ?? [];
      open.push({ x: Number(x), y: Number(y) });
      if (name === "text" && tag.endsWith("/>")) open.pop();
    }
  }
  return open.reduce((sum, at) => ({ x: sum.x + at.x, y: sum.y + at.y }), { x: 0, y: 0 });
}

describe("svgToPng", () => {
  it("draws different letters, not boxes in their place", async () => {
    const [i, m, arrow] = await Promise.all(["I", "M", "↑"].map(inkOf));
    expect(i).toBeGreaterThan(20);
    expect(m).toBeGreaterThan((i ?? 0) * 1.5);
    expect(arrow).not.toBe(await inkOf("→"));
  });

  it("draws an axis' title where it stands, at two pixels for one", async () => {
    const [plot] = await sweepPlots(guidanceSweep());
    const svg = plot?.svg ?? "";
    const { image } = decodePng(await svgToPng(svg));
    expect([image.width, image.height]).toEqual(
      /width="(\d+)" height="(\d+)"/
        .exec(svg)
        ?.slice(1)
        .map((size) => Number(size) * 2),
    );
    const { x, y } = titleAt(svg, "Recall (higher is better) →");
    expect(ink(image, 2 * x - 150, 2 * y - 24, 2 * x + 150, 2 * y + 8)).toBeGreaterThan(500);
  });

  it("draws the same where the machine has no fonts", async () => {
    const folder = await mkdtemp(join(tmpdir(), "glissade-fonts-"));
    try {
      const nothing = join(folder, "fonts.conf");
      await writeFile(nothing, '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig></fontconfig>');
      const [program, out] = [fileURLToPath(new URL("__fixtures__/draw-png.ts", import.meta.url)), join(folder, "plot.png")];
      await promisify(execFile)(process.execPath, ["--conditions=glissade-source", "--import", "tsx", program, out], {
        env: { PATH: process.env.PATH, HOME: folder, XDG_CACHE_HOME: folder, XDG_DATA_HOME: folder, FONTCONFIG_FILE: nothing, FONTCONFIG_PATH: folder },
      });
      const [plot] = await sweepPlots(guidanceSweep());
      const here = decodePng(await svgToPng(plot?.svg ?? "")).image;
      const there = decodePng(await readFile(out)).image;
      expect(Buffer.compare(there.data, here.data)).toBe(0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("refuses what is no SVG, and a zoom out of range", async () => {
    await expect(svgToPng("<svg><text>")).rejects.toThrow(InvalidArgumentError);
    await expect(svgToPng(letter("a"), { zoom: 0 })).rejects.toThrow(/zoom is 0/);
    await expect(svgToPng(letter("a"), { zoom: Number.NaN })).rejects.toThrow(InvalidArgumentError);
  });

  it("hears a signal", async () => {
    await expect(svgToPng(letter("a"), { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
  });
});
