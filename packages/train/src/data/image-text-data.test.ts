import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { DisposedError } from "@glissade/core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { plainPng, redAndBlue } from "./__fixtures__/plain-images.ts";
import { tarBytes } from "./__fixtures__/tar-bytes.ts";
import { temporaryFolder } from "./__fixtures__/temporary-folder.ts";
import { type ImageTextDataOptions, openImageTextData } from "./image-text-data.ts";
import type { TrainingBatch, TrainingData } from "./training-data.ts";
import { TrainingDataError } from "./training-data-error.ts";

/** Threads that run, as Node itself tells. */
const running = new Set<Worker>();
const count = (worker: Worker) => {
  running.add(worker);
  worker.once("exit", () => running.delete(worker));
};
beforeAll(() => process.on("worker", count));
afterAll(() => {
  process.off("worker", count);
  expect(running.size).toBe(0);
});

async function open(
  path: string | readonly string[],
  options: Partial<ImageTextDataOptions> = {},
): Promise<TrainingData> {
  const data = await openImageTextData(path, { side: 4, seed: 1, workers: 1, ...options });
  onTestFinished(() => data.dispose());
  return data;
}

/** Six images whose red level is 40k, with the caption `k`. */
async function sixFiles(): Promise<Record<string, Uint8Array | string>> {
  const files: Record<string, Uint8Array | string> = {};
  for (let k = 0; k < 6; k++) {
    files[`${k}.png`] = await plainPng(`rgb(${40 * k}, 0, 0)`, 5 + k, 9);
    files[`${k}.txt`] = `${k}\n`;
  }
  return files;
}

/** What each image's level says it is; equal to its caption where nothing was mixed up. */
function imagesOf({ images }: TrainingBatch): string[] {
  const [batch = 0] = images.dims;
  return Array.from({ length: batch }, (_, k) =>
    String(Math.round((((images.data[k * 48] as number) + 1) * 127.5) / 40)),
  );
}

describe("images and captions from files", () => {
  it("come as tensors with their captions, each once an epoch", async () => {
    const data = await open(await temporaryFolder(await sixFiles()));
    expect(data).toMatchObject({
      size: 6,
      side: 4,
      skipped: [],
      description: expect.stringContaining("6 images with captions, 4x4"),
    });
    const batch = await data.batch(0, 12);
    expect(batch.images.dims).toEqual([12, 3, 4, 4]);
    expect(imagesOf(batch)).toEqual(batch.captions);
    expect([...batch.captions.slice(0, 6)].sort()).toEqual(["0", "1", "2", "3", "4", "5"]);
    expect([...batch.captions.slice(6)].sort()).toEqual(["0", "1", "2", "3", "4", "5"]);
  });

  it("are the same from a folder, a manifest and a tar", async () => {
    const files = await sixFiles();
    const lines = [0, 1, 2, 3, 4, 5].map((k) =>
      JSON.stringify({ file: `${k}.png`, caption: `${k}` }),
    );
    const tar = await tarBytes(Object.entries(files));
    const folder = await temporaryFolder(files);
    await writeFile(join(folder, "m.jsonl"), lines.join("\n"));
    await writeFile(join(folder, "s.tar"), tar);
    const [first, ...others] = await Promise.all(
      ["", "m.jsonl", "s.tar"].map(async (name) => (await open(join(folder, name))).batch(3, 5)),
    );
    for (const other of others) expect(other).toEqual(first);
    const twice = await open([join(folder, "m.jsonl"), join(folder, "s.tar")]);
    expect(twice.size).toBe(12);
  });

  it("depend on the position alone: after a resumption, in other batches, with other workers and caches, cropped and flipped too", async () => {
    const folder = await temporaryFolder({
      ...(await sixFiles()),
      "4.png": "damaged",
      "5.txt": "5\nfive\nfünf",
      "6.png": await redAndBlue(31, 9),
      "6.txt": "6",
    });
    const settings = { crop: "random", mirror: true } as const;
    const whole = await (await open(folder, settings)).batch(0, 30);
    const resumed = await open(folder, { ...settings, workers: 2, cacheMegabytes: 0 });
    for (const [start, size] of [
      [13, 4],
      [17, 4],
      [2, 1],
      [21, 9],
    ] as const) {
      const { images, captions } = await resumed.batch(start, size);
      expect(captions).toEqual(whole.captions.slice(start, start + size));
      expect(images.data).toEqual(whole.images.data.subarray(start * 48, (start + size) * 48));
    }
    expect(
      (await (await open(folder, { ...settings, seed: 2 })).batch(0, 30)).captions,
    ).not.toEqual(whole.captions);
  });

  it("have any of the captions of their file", async () => {
    const data = await open(
      await temporaryFolder({ "a.png": await plainPng("red"), "a.txt": " one \r\n\n two\n" }),
    );
    expect(new Set((await data.batch(0, 40)).captions)).toEqual(new Set(["one", "two"]));
  });

  it("are cropped anywhere when asked to, in the middle otherwise", async () => {
    const folder = await temporaryFolder({ "a.png": await redAndBlue(64, 16), "a.txt": "a" });
    const corners = async (options: Partial<ImageTextDataOptions>) => {
      const { images } = await (await open(folder, options)).batch(0, 50);
      return new Set(
        Array.from(
          { length: 50 },
          (_, k) =>
            `${Math.sign(images.data[k * 48] as number)} ${Math.sign(images.data[k * 48 + 3] as number)}`,
        ),
      );
    };
    expect(await corners({ mirror: true })).toEqual(new Set(["1 -1", "-1 1"]));
    expect(await corners({ crop: "random" })).toEqual(new Set(["1 1", "1 -1", "-1 -1"]));
  });
});

describe("files of no use", () => {
  it("are replaced by the next of the stream and named once", async () => {
    const folder = await temporaryFolder({
      ...(await sixFiles()),
      "1.png": (await sixFiles())["1.png"]?.slice(0, 60) ?? "",
      "2.png": "",
      "3.txt": " \n",
      "4.txt": "x".repeat(70_000),
      "7.png": await plainPng("red"),
    });
    const data = await open(folder, { shuffle: false });
    const batch = await data.batch(0, 12);
    expect(batch.captions).toEqual(["0", "5", "5", "5", "5", "5", "0", "5", "5", "5", "5", "5"]);
    expect(imagesOf(batch)).toEqual(batch.captions);
    await data.batch(3, 12);
    const skipped = Object.fromEntries(
      data.skipped.map(({ file, reason }) => [file.slice(folder.length + 1), reason]),
    );
    expect(data.skipped).toHaveLength(5);
    expect(skipped).toEqual({
      "7.png": "it has no caption: there is no 7.txt",
      "1.png": expect.any(String),
      "2.png": "it is empty",
      "3.png": "its caption cannot be used: its caption is empty",
      "4.png": "its caption cannot be used: it has 70000 bytes, more than the 65536 allowed",
    });
  });

  it("are an error where there are no others", async () => {
    const data = await open(
      await temporaryFolder({ "a.png": "x", "a.txt": "a", "b.png": "", "b.txt": "b" }),
    );
    const error = await data.batch(0, 4).catch((reason: unknown) => reason);
    expect(TrainingDataError.isInstance(error) && error.message).toMatch(
      /none of its 2 images with a caption can be used\. Passed over: .*: it is .*; .*: it is .*\./,
    );
    await expect(data.batch(7, 1)).rejects.toThrow(TrainingDataError);
  });

  it("include a manifest's missing images and a tar's records without a caption", async () => {
    const png = await plainPng("red");
    const folder = await temporaryFolder({
      "m.jsonl":
        '{"file":"a.png","caption":"a"}\n{"file":"missing.png","caption":"b"}\n{"file":".","caption":"c"}',
      "a.png": png,
      "s.tar": await tarBytes([
        ["1.png", png],
        ["1.json", '{"text":"one"}'],
        ["2.png", png],
        ["2.json", '{"url":"x"}'],
        ["3.png", png],
        ["3.json", "{"],
      ]),
    });
    const data = await open([join(folder, "m.jsonl"), join(folder, "s.tar")]);
    expect(new Set((await data.batch(0, 12)).captions)).toEqual(new Set(["a", "one"]));
    expect(
      Object.fromEntries(
        data.skipped.map(({ file, reason }) => [file.slice(folder.length), reason]),
      ),
    ).toEqual({
      "": "it is not a regular file",
      "/missing.png": "there is no such file",
      "/s.tar/2.png":
        "its caption cannot be used: it has no caption (none of the keys caption, text, captions)",
      "/s.tar/3.png": "its caption cannot be used: it is not valid JSON",
    });
  });
});

describe("the workers", () => {
  it("start when there is work, are as many as asked for, and end with the data", async () => {
    expect(running.size).toBe(0);
    const data = await open(await temporaryFolder(await sixFiles()), { workers: 2 });
    expect(running.size).toBe(0);
    await data.batch(0, 6);
    expect(running.size).toBe(2);
    await data.batch(0, 60);
    expect(running.size).toBe(2);
    await data.dispose();
    expect(running.size).toBe(0);
    await expect(data.batch(0, 1)).rejects.toThrow(DisposedError);
    await data.dispose();
  });

  it("end while a batch is loading, which says so", async () => {
    const data = await open(await temporaryFolder(await sixFiles()));
    const batch = data.batch(0, 6).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await data.dispose();
    expect(DisposedError.isInstance(await batch)).toBe(true);
    expect(running.size).toBe(0);
  });

  it("leave an aborted batch at once, and serve the next", async () => {
    const data = await open(await temporaryFolder(await sixFiles()));
    const controller = new AbortController();
    const batch = data.batch(0, 6, { signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(batch).rejects.toThrow("enough");
    await expect(
      data.batch(0, 1, { signal: AbortSignal.abort(new Error("before")) }),
    ).rejects.toThrow("before");
    expect((await data.batch(0, 6)).captions).toHaveLength(6);
  });

  it("that fail themselves fail the batch, not the image", async () => {
    const data = await open(await temporaryFolder(await sixFiles()));
    // while it has its first image
    process.once("worker", (worker: Worker) => worker.terminate());
    const error = await data.batch(0, 6).catch((reason: unknown) => reason);
    expect(TrainingDataError.isInstance(error) && error.message).toMatch(
      /the thread that decoded it ended with code \d/,
    );
    expect(data.skipped).toEqual([]);
    expect((await data.batch(0, 6)).captions).toHaveLength(6);
  });
});

it("opening can be aborted, and says which option is wrong", async () => {
  const folder = await temporaryFolder(await sixFiles());
  await expect(open(folder, { signal: AbortSignal.abort(new Error("stop")) })).rejects.toThrow(
    "stop",
  );
  await expect(open(folder, { side: 0 })).rejects.toThrow("side");
  await expect(open(folder, { seed: 0.5 })).rejects.toThrow("seed");
  await expect(open(folder, { workers: 0 })).rejects.toThrow("workers");
  await expect(open(folder, { cacheMegabytes: Number.NaN })).rejects.toThrow("cacheMegabytes");
});
