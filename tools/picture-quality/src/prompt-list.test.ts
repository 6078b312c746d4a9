import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidArgumentError } from "@glissade/core";
import { things } from "@glissade-data/emoji";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readJudgeDescription } from "./judge-files.ts";
import { knownThings } from "./known-things.ts";
import { answersTo, readPrompts } from "./prompt-list.ts";
import prompts from "./prompts.json" with { type: "json" };
import strangers from "./strangers.json" with { type: "json" };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "prompts-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("the fixed prompts", () => {
  it("are 100 and the strangers' 30, each once", () => {
    expect(new Set(prompts.map(({ prompt }) => prompt)).size).toBe(100);
    expect(new Set(strangers.map(({ prompt }) => prompt)).size).toBe(30);
  });

  it("name things of the data and of the judge, and no style", async () => {
    const named = [...prompts, ...strangers].flatMap(({ thing }) => thing ?? []);
    const names = things.map(({ name }) => name);
    expect(named.filter((thing) => !names.includes(thing))).toEqual([]);
    const description = await readJudgeDescription();
    expect(named.filter((thing) => !description.things.includes(thing))).toEqual([]);
    const styled = prompts.filter(({ prompt }) => /emoji|icon|render|clip art/.test(prompt));
    expect(styled).toEqual([]);
  });
});

describe("readPrompts", () => {
  it("reads a list, and finds the things", async () => {
    const path = join(folder, "list.json");
    const list = [
      { prompt: "a taxi", thing: "taxi" },
      { prompt: "a dream", thing: null },
    ];
    await writeFile(path, JSON.stringify(list));
    const read = await readPrompts(path);
    expect(read).toEqual(list);
    expect(answersTo(read, knownThings({ things: ["cat", "taxi"], names: {} }))).toEqual([
      1,
      undefined,
    ]);
  });

  it.each(["", "{}", "[]", '[{ "prompt": "a taxi" }]', '[{ "prompt": " ", "thing": "taxi" }]'])(
    "refuses %j",
    async (text) => {
      const path = join(folder, "wrong.json");
      await writeFile(path, text);
      await expect(readPrompts(path)).rejects.toThrow(InvalidArgumentError);
    },
  );
});
