import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { decodePng, InvalidArgumentError, rgbImage } from "@glissade/core";
import { OutputFileError } from "@glissade/core/files";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import {
  guidanceSweep,
  sampleImages,
  withMetrics,
  withSettings,
} from "./__fixtures__/guidance-sweep.ts";
import { writeSweepReport } from "./sweep-report.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "glissade-report-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

async function filesIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)));
}

const captions = ["a red apple", "two snowmen"];

describe("writeSweepReport", () => {
  it("writes the page, the numbers, the plots and a grid a setting, and nothing else", async () => {
    const results = guidanceSweep();
    const written = await writeSweepReport(folder, results, sampleImages(results, captions));
    const names = written.map((path) => relative(folder, path));
    expect(names.slice(0, 4)).toEqual(["report.html", "results.json", "results.csv", "results.md"]);
    expect(names).toEqual(
      expect.arrayContaining([
        "plots/clip-score.svg",
        "plots/clip-score.png",
        "grids/03-cfg-1.5-ddim.png",
      ]),
    );
    expect(names).toHaveLength(4 + 2 * 3 + 10);
    expect((await filesIn(folder)).toSorted()).toEqual(names.toSorted());
    expect(JSON.parse(await readFile(join(folder, "results.json"), "utf8"))).toEqual(results);
  });

  it("enlarges small images pixel for pixel in the grids' files", async () => {
    const results = guidanceSweep();
    await writeSweepReport(folder, results, sampleImages(results, captions, 32));
    const { image } = await decodePng(await readFile(join(folder, "grids", "01-cfg-0-ddim.png")));
    expect([image.width, image.height]).toEqual([3 * (1 + 32 + 1 + 32 + 1), 3 * (1 + 32 + 1)]);
  });

  it("leaves grids out where there are no images", async () => {
    const results = guidanceSweep();
    const names = await writeSweepReport(
      folder,
      results,
      results.settings.map(() => []),
    );
    expect(names).toHaveLength(10);
    expect(await readFile(join(folder, "report.html"), "utf8")).not.toContain("<img");
  });

  it("reports a single setting without Inception score and captions, with no NaN in any text", async () => {
    const { settings, ...rest } = withMetrics(
      guidanceSweep(),
      ({ metrics: { fid, precision, recall, kid, density, coverage, diversity } }) => {
        return { fid, precision, recall, kid, density, coverage, diversity };
      },
    );
    const single = { ...rest, settings: settings.slice(1, 2) };
    const names = await writeSweepReport(folder, single, sampleImages(single, captions));
    expect(names.map((path) => relative(folder, path))).toContain("plots/precision-recall.svg");
    expect(names).toHaveLength(4 + 2 + 1);
    for (const path of names.filter((path) => !path.endsWith(".png")))
      expect(await readFile(path, "utf8"), path).not.toMatch(/\bNaN\b|undefined|Infinity/);
  });

  it("stays in its folder whatever the settings are called", async () => {
    const results = withSettings(guidanceSweep(), (setting) => ({
      ...setting,
      sampler: "../../../etc/\u0000pass wd",
    }));
    const names = await writeSweepReport(
      join(folder, "inner"),
      results,
      sampleImages(results, captions),
    );
    expect(await filesIn(folder)).toHaveLength(names.length);
    expect(await readdir(folder)).toEqual(["inner"]);
    for (const name of await readdir(join(folder, "inner", "grids")))
      expect(name).toMatch(/^\d\d-[\w.-]+\.png$/);
  });

  it("leaves nothing when aborted before or during the drawing", async () => {
    const results = guidanceSweep();
    const reason = new Error("enough");
    await expect(
      writeSweepReport(folder, results, sampleImages(results, captions), {
        signal: AbortSignal.abort(reason),
      }),
    ).rejects.toBe(reason);
    const controller = new AbortController();
    const writing = writeSweepReport(folder, results, sampleImages(results, captions), {
      signal: controller.signal,
    });
    controller.abort(reason);
    await expect(writing).rejects.toBe(reason);
    expect(await readdir(folder)).toEqual([]);
  });

  it("refuses images that do not fit, and leaves nothing", async () => {
    const results = guidanceSweep();
    const images = sampleImages(results, captions);
    const wrong = [
      images.slice(1),
      images.with(1, []),
      images.with(1, (images[1] ?? []).toReversed()),
      images.with(
        1,
        captions.map((caption, index) => ({ caption, image: rgbImage(8 + index, 8) })),
      ),
    ];
    for (const lists of wrong)
      await expect(writeSweepReport(folder, results, lists)).rejects.toThrow(InvalidArgumentError);
    expect(await readdir(folder)).toEqual([]);
  });

  it("says which file cannot be written", async () => {
    const results = guidanceSweep();
    await writeSweepReport(folder, results, sampleImages(results, captions));
    const within = join(folder, "results.csv");
    await expect(
      writeSweepReport(within, results, sampleImages(results, captions)),
    ).rejects.toThrow(OutputFileError);
  });
});
