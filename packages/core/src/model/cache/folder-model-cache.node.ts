import { mkdir, rm, rmdir, stat, statfs, utimes } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { InvalidArgumentError } from "@glissade/graph";
import { writeFileAtomically } from "../../files/write-files.node.ts";
import { type ModelSource, modelLabel } from "../model-source.ts";
import { withFileLock } from "./file-lock.node.ts";
import {
  addressOf,
  companion,
  filePath,
  filesIn,
  foldersAbove,
  hashOfFile,
  isContent,
  modelFolder,
  type PartRecord,
  readPartRecord,
  readRecord,
  removeFile,
  removePart,
  sizeOfFile,
} from "./folder-layout.node.ts";
import type {
  CachedModelFile,
  FileVersion,
  ModelCache,
  ModelCacheEstimate,
  ModelCacheKey,
  PendingModelFile,
} from "./model-cache.ts";
import { modelCacheFolder } from "./model-cache-folder.node.ts";
import { PendingFile } from "./pending-file.node.ts";

export interface FolderModelCacheOptions {
  /**
   * Default: that of the environment variable GLISSADE_CACHE, or the platform's own place for such
   * files (`~/.cache/glissade`, `~/Library/Caches/glissade`, `%LOCALAPPDATA%\glissade\Cache`).
   */
  readonly folder?: string | undefined;
  /** Called if a file cannot be used: it was changed since it was fetched. It is fetched again. */
  readonly onDamage?: ((damage: FileDamage) => void) | undefined;
}

export interface FileDamage {
  readonly path: string;
  /** What is wrong with it, in words that follow its path. */
  readonly problem: string;
}

/** A file of a cache's folder, or as much of it as has arrived. */
export interface StoredModelFile {
  readonly model: string;
  /** Within the model. */
  readonly path: string;
  /** The absolute path, also if only a part has arrived. */
  readonly file: string;
  /** How many bytes there are: none if only the record of an earlier file is left. */
  readonly bytes: number;
  readonly isWhole: boolean;
  /** Where it came from. */
  readonly url: string | undefined;
  /** In hex: of the file, or of the one that is expected. */
  readonly sha256: string | undefined;
  readonly lastUsed: Date | undefined;
}

/** A {@link ModelCache} in a folder, whose files other programs may read. */
export interface FolderModelCache extends ModelCache {
  /** The absolute path. */
  readonly folder: string;
  /** What there is of a file. */
  stored(key: Pick<ModelCacheKey, "model" | "path">): Promise<StoredModelFile>;
  /** What there is of all files, partial downloads included. */
  list(): Promise<readonly StoredModelFile[]>;
}

/**
 * Keeps model files in a folder, in Node. A file appears when it is whole and its SHA-256 is
 * recorded beside it, with which it is compared each time that it is used. A download that was
 * stopped, or whose process was killed, goes on where it was. Processes that want the same file at
 * the same time fetch it once.
 *
 * Touches nothing before it is used.
 *
 * @throws InvalidArgumentError for an empty `folder`.
 * @example `const glide = await loadGlide("https://example.org/model/", { backend, cache:
 * folderModelCache({ folder: "models" }) });`
 */
export function folderModelCache({
  folder,
  onDamage,
}: FolderModelCacheOptions = {}): FolderModelCache {
  if (folder === "")
    throw new InvalidArgumentError({
      argument: "folder",
      received: folder,
      expected: "a folder's path",
    });
  return new FolderModels(resolve(folder ?? modelCacheFolder()), onDamage);
}

class FolderModels implements FolderModelCache {
  readonly folder: string;
  readonly #onDamage: FolderModelCacheOptions["onDamage"];

  constructor(folder: string, onDamage: FolderModelCacheOptions["onDamage"]) {
    this.folder = folder;
    this.#onDamage = onDamage;
  }

  get name(): string {
    return this.folder;
  }

  async find(key: ModelCacheKey): Promise<CachedModelFile | undefined> {
    const path = filePath(this.folder, key);
    const size = await sizeOfFile(path);
    if (size === undefined) return undefined;
    const record = await readRecord(path);
    if (!record) {
      this.#onDamage?.({ path, problem: "has no record beside it of what it should be" });
      return undefined;
    }
    if (!isContent(record, key)) return undefined;
    return {
      version: record,
      read: async () => {
        const problem = await problemOf(path, size, record);
        if (problem === undefined) {
          const now = new Date();
          await utimes(companion(path, "record"), now, now).catch(() => {}); // of someone else
          return { path, size };
        }
        this.#onDamage?.({ path, problem });
        await rm(path, { force: true });
        return undefined;
      },
    };
  }

  async resume(key: ModelCacheKey): Promise<PendingModelFile | undefined> {
    const path = filePath(this.folder, key);
    const record = await readPartRecord(path);
    if (!record || !isContent(record, key)) return undefined;
    const there = await sizeOfFile(companion(path, "part"));
    // What is beyond the recorded length may never have reached the disk.
    return there === undefined || there < record.length ? undefined : new PendingFile(path, record);
  }

  async begin(
    key: ModelCacheKey,
    { etag, lastModified, totalBytes }: FileVersion,
  ): Promise<PendingModelFile | undefined> {
    const path = filePath(this.folder, key);
    await mkdir(dirname(path), { recursive: true });
    await removePart(path);
    await rm(path, { force: true });
    const { bavail, bsize, blocks } = await statfs(dirname(path));
    if (blocks > 0 && bavail * bsize < (totalBytes ?? 0)) return undefined;
    const record: PartRecord = {
      etag,
      lastModified,
      totalBytes,
      url: addressOf(key),
      sha256: key.sha256?.toLowerCase(),
      length: 0,
    };
    await writeFileAtomically(companion(path, "part"), "");
    await writeFileAtomically(companion(path, "partRecord"), JSON.stringify(record));
    return new PendingFile(path, record);
  }

  async remove(key: ModelCacheKey): Promise<void> {
    await removeFile(filePath(this.folder, key));
  }

  exclusively<T>(key: ModelCacheKey, signal: AbortSignal, action: () => Promise<T>): Promise<T> {
    return withFileLock(companion(filePath(this.folder, key), "lock"), signal, action);
  }

  /** Removes what the cache put there, and leaves everything else. */
  async purge({ source }: { readonly source?: ModelSource } = {}): Promise<void> {
    const folder = source === undefined ? "" : modelFolder(modelLabel(source));
    const inside = join(this.folder, folder) + sep;
    for (const { file } of await this.list()) {
      if (!file.startsWith(inside)) continue;
      await removeFile(file);
      for (const above of foldersAbove(this.folder, file)) await rmdir(above).catch(() => {});
    }
  }

  async estimate(): Promise<ModelCacheEstimate> {
    const files = await this.list();
    const models = [...new Set(files.map(({ model }) => model))].map((model) => {
      const own = files.filter((file) => file.model === model);
      return {
        model,
        files: own.filter(({ isWhole }) => isWhole).length,
        bytes: own.reduce((sum, { bytes }) => sum + bytes, 0),
        lastUsed: new Date(Math.max(...own.map(({ lastUsed }) => lastUsed?.getTime() ?? 0))),
      };
    });
    return {
      files: models.reduce((sum, { files }) => sum + files, 0),
      bytes: models.reduce((sum, { bytes }) => sum + bytes, 0),
      models: models.sort((a, b) => a.lastUsed.getTime() - b.lastUsed.getTime()),
    };
  }

  async stored({ model, path }: Pick<ModelCacheKey, "model" | "path">): Promise<StoredModelFile> {
    return this.#storedAt(filePath(this.folder, { model, path }), model, path);
  }

  async list(): Promise<readonly StoredModelFile[]> {
    const found = await Promise.all(
      (await filesIn(this.folder)).map(({ file, model, path }) =>
        this.#storedAt(file, model, path),
      ),
    );
    return found.filter(({ url }) => url !== undefined); // without a record, it is not the cache's
  }

  async #storedAt(file: string, model: string, path: string): Promise<StoredModelFile> {
    const [whole, record] = [await sizeOfFile(file), await readRecord(file)];
    const isWhole = whole !== undefined;
    const part = isWhole ? undefined : await readPartRecord(file);
    const used = await stat(companion(file, part ? "partRecord" : "record")).catch(() => undefined);
    return {
      model,
      path,
      file,
      isWhole,
      bytes: whole ?? part?.length ?? 0,
      url: part?.url ?? record?.url,
      sha256: part?.sha256 ?? record?.sha256,
      lastUsed: used?.mtime,
    };
  }
}

/** What is wrong with a file, in words. */
async function problemOf(
  path: string,
  size: number,
  known: { readonly size: number; readonly sha256: string },
): Promise<string | undefined> {
  if (size !== known.size) return `has ${size} bytes, where ${known.size} were fetched`;
  return (await hashOfFile(path)).digest("hex") === known.sha256
    ? undefined
    : "is not what was fetched (its SHA-256 is another)";
}
