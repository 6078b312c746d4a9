import { type ModelSource, modelLabel } from "../model-source.ts";
import {
  contentOf,
  type FileRecord,
  isRecordUrl,
  parsePart,
  partUrl,
  readRecord,
  recordUrl,
  type StoredPart,
  sha256Hex,
} from "./cache-layout.ts";
import type {
  CachedModelFile,
  FileVersion,
  ModelCache,
  ModelCacheEstimate,
  ModelCacheKey,
  PendingModelFile,
} from "./model-cache.ts";

interface StoredFile {
  readonly url: string;
  readonly record: FileRecord;
}

/** Model files in one Cache of the browser. `cache-layout.ts` says how they lie there. */
export class CacheStorageModels implements ModelCache {
  readonly name: string;
  readonly #maxBytes: number | undefined;
  #lastUse = 0;

  constructor(name: string, maxBytes: number | undefined) {
    this.name = name;
    this.#maxBytes = maxBytes;
  }

  async find(key: ModelCacheKey): Promise<CachedModelFile | undefined> {
    const stored = await this.#stored(key);
    if (!stored?.record.complete) return undefined;
    return {
      version: stored.record,
      read: async () => {
        const content = await this.#content(stored.record.attempt);
        if (content.size !== stored.record.totalBytes) return undefined;
        // Where there is no room even for this, the file is merely remembered as unused for longer.
        await this.#put(
          stored.url,
          () => recordResponse({ ...stored.record, lastUsed: this.#now() }),
          stored.record.model,
        );
        return content;
      },
    };
  }

  async resume(key: ModelCacheKey): Promise<PendingModelFile | undefined> {
    const stored = await this.#stored(key);
    return stored && !stored.record.complete ? this.#pending(stored) : undefined;
  }

  async begin(key: ModelCacheKey, version: FileVersion): Promise<PendingModelFile | undefined> {
    await this.remove(key);
    await this.#removeOrphans();
    if (!(await this.#makeRoom(version.totalBytes ?? 0, key.model))) return undefined;
    const { etag, lastModified, totalBytes } = version;
    const record: FileRecord = {
      layout: 1,
      model: key.model,
      content: contentOf(key),
      attempt: crypto.randomUUID(),
      complete: false,
      lastUsed: this.#now(),
      etag,
      lastModified,
      totalBytes,
    };
    const url = recordUrl(key);
    return (await this.#put(url, () => recordResponse(record), key.model))
      ? this.#pending({ url, record })
      : undefined;
  }

  async remove(key: ModelCacheKey): Promise<void> {
    const url = recordUrl(key);
    const record = await this.#recordAt(url);
    if (record) await this.#removeFiles([{ url, record }]);
  }

  async exclusively<T>(
    key: ModelCacheKey,
    signal: AbortSignal,
    action: () => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted();
    if (!globalThis.navigator?.locks) return action();
    return await navigator.locks.request(`${this.name} ${recordUrl(key)}`, { signal }, action);
  }

  async purge({ source }: { readonly source?: ModelSource } = {}): Promise<void> {
    if (source === undefined) {
      await caches.delete(this.name);
      return;
    }
    const model = modelLabel(source);
    await this.#removeFiles((await this.#files()).filter(({ record }) => record.model === model));
  }

  async estimate(): Promise<ModelCacheEstimate> {
    const files = await this.#files();
    const parts = await this.#parts();
    const models = [...new Set(files.map(({ record }) => record.model))].map((model) => {
      const records = files.map(({ record }) => record).filter((record) => record.model === model);
      const attempts = new Set(records.map(({ attempt }) => attempt));
      return {
        model,
        files: records.filter(({ complete }) => complete).length,
        bytes: parts.reduce(
          (sum, { attempt, length }) => sum + (attempts.has(attempt) ? length : 0),
          0,
        ),
        lastUsed: new Date(Math.max(...records.map(({ lastUsed }) => lastUsed))),
      };
    });
    return {
      files: models.reduce((sum, { files }) => sum + files, 0),
      bytes: models.reduce((sum, { bytes }) => sum + bytes, 0),
      models: models.sort((a, b) => a.lastUsed.getTime() - b.lastUsed.getTime()),
    };
  }

  #pending({ url, record }: StoredFile): PendingModelFile {
    const { attempt, model } = record;
    let size: number | undefined;
    return {
      version: record,
      read: async () => {
        const content = await this.#content(attempt);
        size = content.size;
        return content;
      },
      append: async (bytes) => {
        size ??= (await this.#content(attempt)).size;
        if (!(await this.#makeRoom(bytes.length, model))) return false;
        const owned = Uint8Array.from(bytes); // the caller's buffer may be filled anew
        const part = {
          attempt,
          offset: size,
          length: owned.length,
          sha256: await sha256Hex(owned),
        };
        const stored = await this.#put(partUrl(part), () => new Response(owned), model);
        if (stored) size += owned.length;
        return stored;
      },
      finish: async () => {
        const content = await this.#content(attempt);
        const current = await this.#recordAt(url);
        if (current?.attempt !== attempt || content.size !== (size ?? 0)) return undefined;
        const complete = {
          ...record,
          complete: true,
          totalBytes: content.size,
          lastUsed: this.#now(),
        };
        return (await this.#put(url, () => recordResponse(complete), model)) ? content : undefined;
      },
      discard: () => this.#removeFiles([{ url, record }]),
    };
  }

  /**
   * What is stored of an attempt, up to the first part that is missing or is no longer what was
   * stored.
   */
  async #content(attempt: string): Promise<Blob> {
    const blobs: Blob[] = [];
    let end = 0;
    const parts = (await this.#parts())
      .filter((part) => part.attempt === attempt)
      .sort((a, b) => a.offset - b.offset);
    for (const part of parts) {
      const blob = part.offset === end ? await this.#intact(part) : undefined;
      if (blob) {
        blobs.push(blob);
        end += part.length;
        // what follows a gap does not fit to what will be stored in its place
      } else await this.#delete(part.url);
    }
    return new Blob(blobs);
  }

  async #intact({ url, length, sha256 }: StoredPart): Promise<Blob | undefined> {
    const blob = await (await this.#match(url))?.blob();
    if (blob?.size !== length) return undefined;
    return (await sha256Hex(await blob.arrayBuffer())) === sha256 ? blob : undefined;
  }

  /** Removes other models until so many bytes more keep to the limit; false where they cannot. */
  async #makeRoom(bytes: number, model: string): Promise<boolean> {
    if (this.#maxBytes === undefined) return true;
    while ((await this.estimate()).bytes + bytes > this.#maxBytes)
      if (!(await this.#removeOldest(model))) return false;
    return true;
  }

  /** False where the browser gives no room although all other models are gone. */
  async #put(url: string, response: () => Response, model: string): Promise<boolean> {
    for (;;) {
      try {
        await (await caches.open(this.name)).put(url, response());
        return true;
      } catch (error) {
        if (!isQuotaExceeded(error)) throw error;
        if (!(await this.#removeOldest(model))) return false;
      }
    }
  }

  /**
   * The model that was not used for longest, but for the one that room is made for. False where
   * there is no other.
   */
  async #removeOldest(keep: string): Promise<boolean> {
    const oldest = (await this.estimate()).models.find(({ model }) => model !== keep);
    if (!oldest) return false;
    await this.#removeFiles(
      (await this.#files()).filter(({ record }) => record.model === oldest.model),
    );
    return true;
  }

  /** Records first: a file without its record is not there. */
  async #removeFiles(files: readonly StoredFile[]): Promise<void> {
    const attempts = new Set(files.map(({ record }) => record.attempt));
    for (const { url, record } of files)
      if ((await this.#recordAt(url))?.attempt === record.attempt) await this.#delete(url);
    for (const { url, attempt } of await this.#parts())
      if (attempts.has(attempt)) await this.#delete(url);
  }

  /**
   * Parts of attempts that no record names: a page was closed while it removed a file. A record is
   * always there before its parts.
   */
  async #removeOrphans(): Promise<void> {
    const parts = await this.#parts();
    const attempts = new Set((await this.#files()).map(({ record }) => record.attempt));
    for (const { url, attempt } of parts) if (!attempts.has(attempt)) await this.#delete(url);
  }

  async #stored(key: ModelCacheKey): Promise<StoredFile | undefined> {
    const url = recordUrl(key);
    const record = await this.#recordAt(url);
    return record?.content === contentOf(key) ? { url, record } : undefined;
  }

  async #recordAt(url: string): Promise<FileRecord | undefined> {
    const response = await this.#match(url);
    return response && readRecord(response);
  }

  async #files(): Promise<StoredFile[]> {
    const files: StoredFile[] = [];
    for (const url of (await this.#urls()).filter(isRecordUrl)) {
      const record = await this.#recordAt(url);
      if (record) files.push({ url, record });
    }
    return files;
  }

  async #parts(): Promise<StoredPart[]> {
    return (await this.#urls()).map(parsePart).filter((part) => part !== undefined);
  }

  /** Reading does not create the cache. */
  async #urls(): Promise<string[]> {
    return (await caches.has(this.name))
      ? (await (await caches.open(this.name)).keys()).map(({ url }) => url)
      : [];
  }

  async #match(url: string): Promise<Response | undefined> {
    return caches.match(url, { cacheName: this.name });
  }

  async #delete(url: string): Promise<void> {
    if (await caches.has(this.name)) await (await caches.open(this.name)).delete(url);
  }

  /** Two uses never have the same time, so their order is known. */
  #now(): number {
    this.#lastUse = Math.max(Date.now(), this.#lastUse + 1);
    return this.#lastUse;
  }
}

function recordResponse(record: FileRecord): Response {
  return Response.json(record);
}

function isQuotaExceeded(error: unknown): boolean {
  return error instanceof Error && error.name === "QuotaExceededError";
}
