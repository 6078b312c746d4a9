import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { systemFault } from "@glissade/core/files";
import { isModelEntry, modelPaths, sharedFiles, type WrittenComponent } from "@glissade/core/model";
import { ModelOutputError } from "./model-output-error.ts";

type Json = Readonly<Record<string, unknown>>;

/**
 * The files of the model in a folder that a new network is added to: the index and those that it
 * shares with other networks, by path. Empty if the folder is new or empty.
 *
 * @throws ModelOutputError if it holds other things.
 */
export async function readModelThere(
  folder: string,
  component: WrittenComponent["name"],
): Promise<Json> {
  const index = await readModelIndex(folder);
  const shared = Object.values(sharedFiles(component, index));
  const files = await Promise.all(
    shared.map(async (path) => [path, await readObject(join(folder, path))] as const),
  );
  return Object.fromEntries([[modelPaths.index, index], ...files]);
}

async function readModelIndex(folder: string): Promise<Json> {
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
  const index = await readObject(join(folder, modelPaths.index));
  if (index) return index;
  // A first writing that was cut off has no index yet, and nothing but a model's own folders.
  if (entries.every((entry) => entry !== modelPaths.index && isModelEntry(entry))) return {};
  throw new ModelOutputError({
    folder,
    reason: "it is a folder with other things in it, or its model_index.json is damaged",
    advice: "Choose another one.",
  });
}

async function readObject(path: string): Promise<Json | undefined> {
  try {
    const json: unknown = JSON.parse(await readFile(path, "utf8"));
    return typeof json === "object" && json !== null && !Array.isArray(json)
      ? (json as Json)
      : undefined;
  } catch {
    return undefined; // Missing, or no JSON.
  }
}
