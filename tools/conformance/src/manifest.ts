import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import type { GoldenCase } from "./case.ts";

/** One folder of reference vectors. */
export interface Manifest {
  /** Absolute. */
  readonly directory: string;
  /** The set's name, where the manifest states one. */
  readonly set: string | undefined;
  readonly cases: readonly GoldenCase[];
  /** Size and SHA-256 of the files, by path in the folder. */
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
}

/**
 * The folders under `directory` that have a `manifest.json`, at any depth, in order of their path.
 */
export async function findManifests(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name === "manifest.json")
    .map((entry) => resolve(entry.parentPath))
    .sort();
}

/** @throws Error where the manifest is not one. */
export async function readManifest(directory: string): Promise<Manifest> {
  const parsed: unknown = JSON.parse(await readFile(join(directory, "manifest.json"), "utf8"));
  if (
    typeof parsed !== "object" ||
    parsed === null ||
    !("cases" in parsed) ||
    !isCases(parsed.cases)
  )
    throw new Error("manifest.json has no list of named cases");
  const set = "set" in parsed && typeof parsed.set === "string" ? parsed.set : undefined;
  const files = "files" in parsed && isFiles(parsed.files) ? parsed.files : {};
  return { directory, set, cases: parsed.cases, files };
}

function isCases(value: unknown): value is readonly GoldenCase[] {
  return Array.isArray(value) && value.every((entry) => typeof entry?.name === "string");
}

function isFiles(value: unknown): value is Manifest["files"] {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every(
      (file) => typeof file?.bytes === "number" && typeof file?.sha256 === "string",
    )
  );
}

/** Compares files with what the manifest of their folder says about them, each once. */
export class FileChecker {
  readonly #manifests = new Map<string, Promise<Manifest | undefined>>();
  readonly #checked = new Map<string, Promise<void>>();

  /** @throws Error naming the file, where it is missing or is not what its manifest says. */
  async check(path: string): Promise<void> {
    const pending = this.#checked.get(path) ?? this.#compare(path);
    this.#checked.set(path, pending);
    await pending;
  }

  async #compare(path: string): Promise<void> {
    const folder = dirname(path);
    const manifest = this.#manifests.get(folder) ?? readManifest(folder).catch(() => undefined);
    this.#manifests.set(folder, manifest);
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile()) throw new Error(`${path} is missing`);
    const stated = (await manifest)?.files[relative(folder, path)];
    if (!stated) return;
    if (found.size !== stated.bytes)
      throw new Error(`${path} has ${found.size} bytes and its manifest says ${stated.bytes}`);
    const hash = createHash("sha256");
    await pipeline(createReadStream(path), hash);
    if (hash.digest("hex") !== stated.sha256)
      throw new Error(`${path} does not have the SHA-256 that its manifest says`);
  }
}
