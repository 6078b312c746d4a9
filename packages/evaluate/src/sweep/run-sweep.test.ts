import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RgbImage } from "@glissade/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SampleFileError } from "../samples/sample-file-error.ts";
import { openSmallSweep } from "./__fixtures__/small-sweep.ts";
import { runSweep, type SweepOptions, type SweepProgress, sweptImages } from "./run-sweep.ts";
import type { SweepResults, SweepSetting } from "./sweep-results.ts";

let root: string;
let small: Awaited<ReturnType<typeof openSmallSweep>>;
let whole: { readonly results: SweepResults; readonly progress: readonly SweepProgress[] };

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "glissade-sweep-"));
  small = await openSmallSweep();
  whole = await run({ ...small.options, folder: join(root, "whole") });
});
afterAll(async () => {
  await small.dispose();
  await rm(root, { recursive: true });
});

async function run(options: SweepOptions) {
  const sweep = runSweep(options);
  const progress: SweepProgress[] = [];
  for (;;) {
    const next = await sweep.next();
    if (next.done) return { results: next.value, progress };
    progress.push(next.value);
  }
}

/** What must not depend on how often a sweep was stopped: everything but time. */
const timeless = ({ settings }: SweepResults) =>
  settings.map(({ secondsPerImage: _, ...rest }) => rest);

const filesOf = async (folder: string) =>
  (await readdir(folder, { recursive: true })).filter((name) => /\.(npz|part)$/.test(name)).sort();

describe("runSweep", () => {
  it("measures every setting, and samples what two strategies share once", () => {
    const { results, progress } = whole;
    expect(results.settings.map(({ strategy, scale }) => [strategy, scale])).toEqual([
      ["cfg", 1],
      ["cfg", 3],
      ["clip", 0],
      ["clip", 2],
    ]);
    const [unguided, cfg, none, clip] = results.settings;
    expect(none?.metrics).toEqual(unguided?.metrics);
    expect(none?.card.samples.sha256).toBe(unguided?.card.samples.sha256);
    expect(new Set([unguided, cfg, clip].map((setting) => setting?.card.samples.sha256)).size).toBe(
      3,
    );
    expect(progress[0]).toMatchObject({
      setting: "cfg 1, ddim 2",
      phase: "sampling",
      images: 0,
      total: 24,
    });
    expect(progress.at(-1)).toMatchObject({ phase: "measuring", images: 24 });
    const counts = progress.map(({ images }) => images);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
  });

  it("goes on after SIGKILL with the batches that were written, and comes to the same numbers", async () => {
    const folder = join(root, "killed");
    const script = fileURLToPath(new URL("__fixtures__/sweep-process.ts", import.meta.url));
    const child = spawn(
      process.execPath,
      ["--conditions=glissade-source", "--import", import.meta.resolve("tsx"), script, folder],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    let told = 0;
    for await (const chunk of child.stdout) {
      told = Number(String(chunk).trim().split("\n").at(-1));
      if (told >= 10) child.kill("SIGKILL"); // in the middle of the second setting
    }
    const before = await filesOf(folder);
    expect(before.filter((name) => name.endsWith(".npz")).length).toBeGreaterThanOrEqual(
      Math.floor(told / 2),
    );
    const { results, progress } = await run({ ...small.options, folder });
    expect(timeless(results)).toEqual(timeless(whole.results));
    // what was told is not made again
    expect(progress.findIndex(({ images }) => images >= told)).toBeLessThanOrEqual(3);
    expect((await filesOf(folder)).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it("makes nothing again where everything is there, and only what is missing where more is asked for", async () => {
    const folder = join(root, "whole");
    const files = await filesOf(folder);
    const { results } = await run({ ...small.options, folder });
    expect(results).toEqual(whole.results);
    const more = await run({
      ...small.options,
      folder,
      samples: 9,
      settings: small.options.settings.slice(0, 1),
    });
    expect(more.results.settings[0]?.card.samples.count).toBe(9);
    expect((await filesOf(folder)).filter((name) => !files.includes(name))).toEqual([
      join("samples", "unguided-ddim-2", "000008-000009.npz"),
    ]);
  });

  it("refuses a folder of another seed, other captions or another model, and one that holds something else", async () => {
    const folder = join(root, "whole");
    await expect(run({ ...small.options, folder, seed: 6 })).rejects.toThrow(
      "is of a sweep with another seed (5, now 6)",
    );
    await expect(run({ ...small.options, folder, captions: ["a cat"] })).rejects.toThrow(
      "another captions",
    );
    await expect(run({ ...small.options, folder, modelSha256: "another" })).rejects.toThrow(
      "another model",
    );
    const other = await mkdtemp(join(root, "other-"));
    await writeFile(join(other, "sweep.json"), "{ not json");
    const error = await run({ ...small.options, folder: other }).catch((error: unknown) => error);
    expect(SampleFileError.isInstance(error) && error.message).toContain(
      "is no description of a sweep",
    );
  });

  it("stops between two steps, and leaves nothing half-written", async () => {
    const folder = join(root, "stopped");
    const controller = new AbortController();
    const sweep = runSweep({ ...small.options, folder, signal: controller.signal });
    await sweep.next();
    await sweep.next();
    controller.abort(new Error("enough"));
    await expect(sweep.next()).rejects.toThrow("enough");
    expect(await filesOf(folder)).toEqual([
      join("samples", "unguided-ddim-2", "000000-000002.npz"),
    ]);
  });

  it("gives back the first images of a setting", async () => {
    const first = async (k: number, count: number) => {
      const images: RgbImage[] = [];
      for await (const batch of sweptImages(
        join(root, "whole"),
        small.options.settings[k] as SweepSetting,
        count,
      ))
        images.push(...batch);
      return images;
    };
    expect(await first(0, 3)).toHaveLength(3);
    expect(await first(1, 100)).toHaveLength(8);
    expect(await first(0, 5)).toEqual(await first(2, 5));
    expect(await first(0, 5)).not.toEqual(await first(1, 5));
    expect(JSON.parse(await readFile(join(root, "whole", "sweep.json"), "utf8"))).toMatchObject({
      format: 1,
      seed: 5,
      side: 32,
    });
  });
});
