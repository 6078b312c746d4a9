import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodePng, rgbImage } from "@glissade/core";
import type { SweepResults } from "@glissade/evaluate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runMain } from "../__fixtures__/run-main.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "glissade-evaluate-"));
});
afterAll(() => rm(root, { recursive: true }));

const glissade = (...argv: string[]) => runMain(["evaluate", ...argv]);

/** A folder of even images that differ in their colour. */
async function folderOf(name: string, count: number, { side = 8, from = 0 } = {}): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder);
  for (let k = 0; k < count; k++) {
    const colour = [(from + 37 * k) % 256, (91 * k) % 256, (from + 53 * k) % 256];
    await writeFile(
      join(folder, `${k}.png`),
      encodePng(
        rgbImage(
          side,
          side,
          Uint8Array.from({ length: side * side * 3 }, (_, i) => colour[i % 3] as number),
        ),
      ),
    );
  }
  return folder;
}

describe("glissade evaluate fid and compare", () => {
  it("measure one folder against another; of a set against itself the distance is 0", async () => {
    const [a, b] = [await folderOf("a", 8), await folderOf("b", 7, { from: 90 })];
    const same = await glissade("fid", a, a, "--quiet");
    expect([same.code, Math.abs(Number(same.stdout)) < 1e-9]).toEqual([0, true]);
    const other = await glissade("compare", a, b, "--json", "--quiet");
    const { metrics, card } = JSON.parse(other.stdout);
    expect(metrics.fid).toBeGreaterThan(0.001);
    expect(card).toMatchObject({
      reference: { name: a, count: 8 },
      samples: { name: b, count: 7 },
      features: { name: "clip-image-embedding" },
    });
    const text = await glissade("compare", a, b);
    expect(text.stdout).toContain(`Fréchet distance  ${metrics.fid}\n`);
    expect(text.stdout).toContain(`Diversity         ${metrics.diversity}\n`);
    expect(text.stderr).toContain(
      "note: There are 7 images in the smaller set and 128 feature dimensions",
    );
  });

  it("judge captions where they are given, one for each image", async () => {
    const [a, captions, few] = [
      join(root, "a"),
      join(root, "captions.txt"),
      join(root, "few.json"),
    ];
    await writeFile(captions, Array.from({ length: 8 }, (_, k) => `image ${k}\n`).join(""));
    const { metrics } = JSON.parse(
      (await glissade("compare", a, a, "--captions", captions, "--json", "--quiet")).stdout,
    );
    expect(metrics.rPrecision).toMatchObject({ distractors: 7, chance: 1 / 8 });
    expect(metrics.clipScore).toEqual(expect.any(Number));
    await writeFile(few, '["one"]');
    expect(await glissade("compare", a, a, "--captions", few)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('1 captions"; expected 8, one for each image'),
    });
  });

  it("refuse what cannot be measured, and say why", async () => {
    const a = join(root, "a");
    const empty = await folderOf("empty", 0);
    const few = await folderOf("few", 3);
    const mixed = await folderOf("mixed", 7);
    await writeFile(join(mixed, "x.png"), encodePng(rgbImage(9, 8)));
    const refused = async (...argv: string[]) => {
      const { code, stdout, stderr } = await glissade(...argv, "--quiet");
      expect([code > 0, stdout]).toEqual([true, ""]);
      return stderr;
    };
    expect(await refused("fid", a, empty)).toContain("holds no image");
    expect(await refused("compare", a, few)).toContain(
      'features of 3 images"; expected at least 6',
    );
    expect(await refused("fid", a, mixed)).toContain(
      "x.png is 9x8. Give images of one size, or a crop (--crop 256)",
    );
    expect(await refused("fid", a, join(root, "none"))).toContain("cannot be read");
    expect(await refused("fid", a)).toContain(
      "takes two sets of images, the reference first, and got 1",
    );
    expect(await refused("fit", a, a)).toContain('Did you mean "fid"?');
    expect(await refused("fid", a, a, "--features", join(a, "0.png"))).toMatch(/error: .*0\.png/);
    expect(await refused("sweep", "x", "--out", root)).toContain("takes no further argument");
    expect((await glissade("fid", a, mixed, "--crop", "4", "--quiet")).code).toBe(0);
  });
});

describe("glissade evaluate sweep", () => {
  const small = [
    "--samples",
    "6",
    "--steps",
    "1",
    "--samplers",
    "ddim",
    "--scales",
    "1,2",
    "--clip-scales",
    "0,1",
    "--quiet",
  ];

  it("samples, measures and reports; the same command makes nothing again", async () => {
    const out = join(root, "sweep");
    const { code, stdout } = await glissade("sweep", "--out", out, ...small, "--export", "npz,png");
    expect([code, stdout]).toEqual([0, `${join(out, "report.html")}\n`]);
    const results: SweepResults = JSON.parse(await readFile(join(out, "results.json"), "utf8"));
    expect(results.settings.map(({ strategy, scale, steps }) => [strategy, scale, steps])).toEqual([
      ["cfg", 1, 1],
      ["cfg", 2, 1],
      ["clip", 0, 1],
      ["clip", 1, 1],
    ]);
    expect(results).toMatchObject({
      samples: 6,
      captions: { count: 560 },
      model: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(results.settings[0]?.card.reference).toMatchObject({
      name: "@glissade/model-emoji/evaluation/held-out.npz",
      count: 560,
    });
    expect((await readdir(out)).sort()).toEqual(
      expect.arrayContaining([
        "plots",
        "report.html",
        "results.csv",
        "results.json",
        "samples",
        "sweep.json",
      ]),
    );
    const images = join(out, "images", "cfg-2-ddim-1");
    expect(await readdir(images)).toEqual([
      ...Array.from({ length: 6 }, (_, k) => `0000${k}.png`),
      "captions.json",
    ]);
    const { metrics, card } = JSON.parse(
      (await glissade("fid", join(out, "samples", "cfg-2-ddim-1.npz"), images, "--json", "--quiet"))
        .stdout,
    );
    expect(metrics.fid).toBeCloseTo(0, 9);
    for (const set of [card.reference, card.samples])
      expect(set).toMatchObject({ count: 6, sha256: results.settings[1]?.card.samples.sha256 });
    const again = await glissade("sweep", "--out", out, ...small, "--json");
    expect(JSON.parse(again.stdout)).toEqual(results);
  });

  it("refuses a sweep without a place, of another seed in the same folder, and of a model without data of its own", async () => {
    expect(await glissade("sweep", ...small)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("Say where the sweep goes"),
    });
    expect(
      await glissade("sweep", "--out", join(root, "sweep"), ...small, "--seed", "9"),
    ).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("another seed (0, now 9)"),
    });
    expect(
      await glissade("sweep", "--out", join(root, "other"), "--model", "my-model"),
    ).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("give --captions and --reference"),
    });
    expect(await glissade("sweep", "--out", join(root, "other"), "--scales", "1,x")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--scales is "x"'),
    });
    expect(await readdir(root)).not.toContain("other");
  });
});
