import { readFile } from "node:fs/promises";

/**
 * Reads JSON of a shape that is known because the file is: one of a package pinned by digest, or
 * one that this package wrote and whose digest it keeps.
 */
export async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(path, "utf8"));
}

/** Likewise for a file with one value a line. */
export async function readJsonLines<T>(path: string): Promise<T[]> {
  const text = await readFile(path, "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}
