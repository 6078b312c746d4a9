import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeTinyPackages } from "./__fixtures__/tiny-packages.ts";
import { buildData } from "./build-data.ts";
import { type Manifest, manifestPath, packPath, readManifest, readRecords } from "./data-folder.ts";
import { DataFolderError } from "./errors.ts";
import type { PictureRecord } from "./picture-record.ts";

const sources = ["noto", "twemoji", "gameicons"] as const;
let root: string;
let cache: string;
let folder: string;
let manifest: Manifest;
let records: PictureRecord[];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "emoji-build-"));
  cache = join(root, "packages");
  folder = join(root, "data");
  await writeTinyPackages(cache);
  manifest = await buildData({ folder, cache, sources });
  records = await readRecords(folder);
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe("buildData", () => {
  it("finds labels by code points and by names, in every source", () => {
    const found = records.map(({ source, label, kind }) => `${source}: ${label} (${kind})`);
    expect(found).toEqual(
      expect.arrayContaining([
        "noto: red apple (object)",
        "noto: umbrella (object)",
        "gameicons: umbrella (glyph)",
        "gameicons: old key (glyph)",
      ]),
    );
  });

  it("keeps one skin tone of the five, and says it", () => {
    const hands = records.filter(({ concept }) => concept === "waving hand");
    expect(hands).toHaveLength(1);
    expect(hands[0]?.label).toMatch(
      /^waving hand with (light|medium-light|medium|medium-dark|dark) skin tone$/,
    );
  });

  it("leaves out weapons, blank pictures and what was drawn before", () => {
    expect(records.filter(({ label }) => /pistol|ak47/.test(label))).toEqual([]);
    // one is blank, one is Noto's
    expect(records.filter(({ source }) => source === "twemoji")).toEqual([]);
    expect([manifest.left, manifest.duplicates]).toEqual([1, 1]);
  });

  it("keeps the Korean label", () => {
    expect(records.find(({ label }) => label === "red apple")?.korean).toBe("빨간 사과");
  });

  it("draws what the icon shows, each side the mean of the next larger one", async () => {
    const apple = records.find(({ label, source }) => label === "red apple" && source === "noto");
    expect(apple?.meanColor).toEqual([255, 0, 0]);
    const picture = async (side: 128 | 64) =>
      (await readFile(packPath(folder, "noto", side))).subarray(
        (apple?.index ?? 0) * side * side * 4,
        ((apple?.index ?? 0) + 1) * side * side * 4,
      );
    const [large, small] = [await picture(128), await picture(64)];
    const at = (x: number, y: number, channel: number) => large[(y * 128 + x) * 4 + channel] ?? 0;
    for (const [x, y] of [
      [32, 32],
      [9, 20],
      [0, 0],
      [55, 40],
    ] as const) {
      const mean =
        (at(2 * x, 2 * y, 3) +
          at(2 * x + 1, 2 * y, 3) +
          at(2 * x, 2 * y + 1, 3) +
          at(2 * x + 1, 2 * y + 1, 3)) /
        4;
      expect(Math.abs((small[(y * 64 + x) * 4 + 3] ?? 0) - mean)).toBeLessThanOrEqual(0.5);
    }
    expect([...small.subarray((32 * 64 + 32) * 4, (32 * 64 + 32) * 4 + 4)]).toEqual([
      255, 0, 0, 255,
    ]);
    expect([...small.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
  });

  it("lists every file with its size and digest", async () => {
    for (const [name, { bytes, sha256 }] of Object.entries(manifest.files)) {
      const content = await readFile(join(folder, name));
      expect(content).toHaveLength(bytes);
      expect(createHash("sha256").update(content).digest("hex")).toBe(sha256);
    }
    expect(Object.keys(manifest.files)).toHaveLength(2 + 3 * sources.length);
  });

  it("credits every source", async () => {
    const credits = await readFile(join(folder, "DATA_CREDITS.md"), "utf8");
    for (const name of ["Noto Emoji", "Twemoji", "game-icons.net", "emojibase"])
      expect(credits).toContain(name);
  });

  it("does not draw again what is there", async () => {
    const before = await stat(packPath(folder, "noto", 128));
    const again = await buildData({ folder, cache, sources });
    expect((await stat(packPath(folder, "noto", 128))).mtimeMs).toBe(before.mtimeMs);
    expect(again).toEqual(manifest);
  });

  it("leaves nothing half-made behind when it is stopped, and finishes later", async () => {
    const stopped = join(root, "stopped");
    const controller = new AbortController();
    const onProgress = (message: string) =>
      message.startsWith("drawing twemoji") && controller.abort(new Error("stopped"));
    await expect(
      buildData({ folder: stopped, cache, sources, signal: controller.signal, onProgress }),
    ).rejects.toThrow("stopped");
    await expect(readManifest(stopped)).rejects.toThrow(DataFolderError);
    expect((await readdir(join(stopped, "packs"))).filter((name) => name.startsWith("."))).toEqual(
      [],
    );
    const finished = await buildData({ folder: stopped, cache, sources });
    expect(finished.files).toEqual(manifest.files);
    expect((await stat(manifestPath(stopped))).size).toBeGreaterThan(0);
  });
});
