import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { systemFault } from "@glissade/core/files";
import { modelComponents } from "@glissade/core/model";
import { ModelOutputError } from "./model-output-error.ts";

type Json = Readonly<Record<string, unknown>>;

/**
 * The index of the model in a folder; empty where the folder is new or empty. @throws
 * ModelOutputError where it holds other things.
 */
export async function readModelIndex(folder: string): Promise<Json> {
  const entries = await readdir(folder).catch((cause: unknown) => {
    if (systemFault(cause) === "ENOENT") return [];
    throw new ModelOutputError({
      folder,
      reason: `it cannot be used as a folder (${systemFault(cause) ?? cause})`,
      advice: "Choose another one.",
      cause,
    });
  });
  if (entries.length === 0) return {};
  const index = await readObject(join(folder, "model_index.json"));
  if (index) return index;
  // A first writing that was cut off has no index yet, and nothing but its own folders.
  const own = new Set<string | undefined>(
    Object.entries(modelComponents).flatMap(([name, { scheduler, tokenizer }]) => [
      name,
      scheduler,
      tokenizer,
    ]),
  );
  if (entries.every((entry) => own.has(entry))) return {};
  throw new ModelOutputError({
    folder,
    reason: "it is a folder with other things in it, or its model_index.json is damaged",
    advice: "Choose another one.",
  });
}

/**
 * A scheduler's settings with those of the networks that are there already.
 *
 * @throws ModelOutputError where they share it and it says something else.
 */
export async function mergedScheduler(
  folder: string,
  path: string,
  own: Json,
  { isShared }: { readonly isShared: boolean },
): Promise<Json> {
  const there = isShared ? await readObject(path) : undefined;
  if (!there) return own;
  const different = Object.keys(own).filter((name) => name in there && there[name] !== own[name]);
  if (different.length === 0) return { ...there, ...own };
  throw new ModelOutputError({
    folder,
    reason: `its networks were trained with another ${different.map((name) => `${name} (${there[name]}, not ${own[name]})`).join(", ")}`,
    advice: "Put this one into a model of its own.",
  });
}

/**
 * @throws ModelOutputError where the networks that are there read captions with another tokenizer.
 */
export async function sameTokenizer(folder: string, path: string, own: unknown): Promise<void> {
  const there = await readObject(path);
  if (!there || JSON.stringify(there) === JSON.stringify(own)) return;
  throw new ModelOutputError({
    folder,
    reason: "its networks were trained with another tokenizer",
    advice: "Put this one into a model of its own.",
  });
}

export function jsonText(json: object): string {
  return `${JSON.stringify(json, null, 2)}\n`;
}

async function readObject(path: string): Promise<Json | undefined> {
  try {
    const json: unknown = JSON.parse(await readFile(path, "utf8"));
    return typeof json === "object" && json !== null && !Array.isArray(json)
      ? (json as Json)
      : undefined;
  } catch {
    return undefined; // missing or no JSON
  }
}
