import type { ModelSource } from "../model-source.ts";

/**
 * Which file, and which content of it: the one with the hash, wherever it comes from, or else the
 * one at the address. A cache holds one content of each path of a model, so that an older version
 * of a model leaves nothing behind.
 */
export interface ModelCacheKey {
  /** As {@link ModelFiles.label}. */
  readonly model: string;
  readonly path: string;
  readonly url: string;
  /** In hex. */
  readonly sha256?: string | undefined;
}

/** What a server says about a file, by which another version of it is recognised. */
export interface FileVersion {
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
  readonly totalBytes?: number | undefined;
}

/** The bytes of a stored file: a Blob, or a path of the local file system (in Node). */
export type StoredContent = Blob | { readonly path: string; readonly size: number };

/** A file that arrived whole. */
export interface CachedModelFile {
  readonly version: FileVersion;
  /**
   * Its bytes, each checked against the hash they were stored with; undefined where they are no
   * longer what was stored. Counts as a use.
   */
  read(): Promise<StoredContent | undefined>;
}

/** A file that is still arriving. Nobody sees it before `finish`. */
export interface PendingModelFile {
  readonly version: FileVersion;
  /** What is stored of it, from its first byte. */
  read(): Promise<StoredContent>;
  /** Stores what follows; false where there is no room for it, whatever else is given up. */
  append(bytes: Uint8Array): Promise<boolean>;
  /**
   * Makes the file visible, at once, and gives it back; undefined where it was removed in the
   * meantime.
   */
  finish(): Promise<StoredContent | undefined>;
  discard(): Promise<void>;
}

export interface ModelCacheEstimate {
  /** Files that are there whole. */
  readonly files: number;
  /** Includes partial downloads. */
  readonly bytes: number;
  /** The longest unused first. */
  readonly models: readonly {
    readonly model: string;
    readonly files: number;
    readonly bytes: number;
    readonly lastUsed: Date;
  }[];
}

/**
 * Where model files that came over the network are kept: {@link browserModelCache} in browsers,
 * `folderModelCache` of `@glissade/core/files` in Node. Another one, in a database for instance, has
 * to keep these promises.
 */
export interface ModelCache {
  readonly name: string;
  find(key: ModelCacheKey): Promise<CachedModelFile | undefined>;
  /** What arrived in an earlier attempt. */
  resume(key: ModelCacheKey): Promise<PendingModelFile | undefined>;
  /** Forgets what there is of the file and begins it; undefined where there is no room. */
  begin(key: ModelCacheKey, version: FileVersion): Promise<PendingModelFile | undefined>;
  remove(key: ModelCacheKey): Promise<void>;
  /**
   * Runs `action` while nobody else, in this page or another, runs one for the same file. @throws
   * the signal's reason where it is aborted before.
   */
  exclusively<T>(key: ModelCacheKey, signal: AbortSignal, action: () => Promise<T>): Promise<T>;
  /**
   * Removes everything, or one model.
   *
   * @example `await browserModelCache().purge({ source: emoji });`
   */
  purge(options?: { readonly source?: ModelSource }): Promise<void>;
  estimate(): Promise<ModelCacheEstimate>;
}
