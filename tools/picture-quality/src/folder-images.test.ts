import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodePng } from "@glissade/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { painted, paintedJudge } from "./__fixtures__/painted-judge.ts";
import { captionedImages } from "./folder-images.ts";
import { judgeFolder } from "./judge-folder.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "judged-"));
  for (const number of [0, 1, 2])
    await writeFile(join(folder, `${number}.png`), encodePng(painted(number)));
});
afterEach(() => rm(folder, { recursive: true }));

const write = (name: string, text: string) => writeFile(join(folder, name), text);
const listed = async () =>
  (await captionedImages(folder)).map(({ file, caption }) => `${file}: ${caption}`);

describe("captions", () => {
  it("lie beside the images", async () => {
    await write("1.txt", "a dog\nanother line\n");
    expect(await listed()).toEqual(["1.png: a dog"]);
  });

  it("lie in captions.json, by file or in the order of the names", async () => {
    await write("captions.json", '["a cat", "a dog", "a taxi"]');
    expect(await listed()).toEqual(["0.png: a cat", "1.png: a dog", "2.png: a taxi"]);
    await write("captions.json", '{ "2.png": "a taxi" }');
    expect(await listed()).toEqual(["2.png: a taxi"]);
  });

  it("lie in metadata.jsonl", async () => {
    await write("metadata.jsonl", '{"file_name": "0.png", "text": "a cat"}\n');
    expect(await listed()).toEqual(["0.png: a cat"]);
  });

  it("are missed", async () => {
    await expect(captionedImages(folder)).rejects.toThrow(/images with captions/);
  });
});

it("judges what lies in a folder, and leaves out what names no thing", async () => {
  await write("captions.json", '["a cat, flat emoji", "a kitty", "a dream"]');
  const told: string[] = [];
  const { signal } = new AbortController();
  const tell = (line: string) => void told.push(line);
  const { results } = await judgeFolder(folder, { judge: paintedJudge, signal, tell });
  expect(results.settings).toEqual({ folder: { top1: 0.5, top5: 1, images: 2 } });
  expect(told).toEqual(['2.png is left out: its caption "a dream" names no known thing.']);
});
