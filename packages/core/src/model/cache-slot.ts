import { GlissadeError } from "@glissade/graph";
import type {
  CachedModelFile,
  FileVersion,
  ModelCache,
  ModelCacheKey,
  PendingModelFile,
} from "./cache/model-cache.ts";
import type { RemoteFile } from "./file-response.ts";

/** Something that a load went on without. */
export interface ModelLoadWarning {
  readonly path: string;
  readonly message: string;
  /** What the cache threw, where it did. */
  readonly cause: unknown;
}

export interface CacheSlotOptions {
  readonly onWarning: (warning: ModelLoadWarning) => void;
  /** Default: false, and a load goes on without the cache if it fails. */
  readonly isRequired?: boolean | undefined;
}

/** A file that was to be kept in a cache cannot be. What has arrived of it stays there. */
export class ModelCacheError extends GlissadeError {
  static override readonly code: string = "ModelCacheError";
}

/**
 * One file's place in a cache. A cache is a convenience: whatever it throws becomes a warning, and
 * the load goes on without it.
 */
export class CacheSlot {
  readonly #cache: ModelCache;
  readonly #key: ModelCacheKey;
  readonly #onWarning: (warning: ModelLoadWarning) => void;
  readonly #isRequired: boolean;
  #failed = false;

  constructor(
    cache: ModelCache,
    { model, path, url, sha256 }: RemoteFile,
    { onWarning, isRequired = false }: CacheSlotOptions,
  ) {
    this.#cache = cache;
    this.#key = { model, path, url: url.href, sha256 };
    this.#onWarning = onWarning;
    this.#isRequired = isRequired;
  }

  find(): Promise<CachedModelFile | undefined> {
    return this.attempt(() => this.#cache.find(this.#key));
  }

  resume(): Promise<PendingModelFile | undefined> {
    return this.attempt(() => this.#cache.resume(this.#key));
  }

  async begin(version: FileVersion): Promise<PendingModelFile | undefined> {
    const pending = await this.attempt(() => this.#cache.begin(this.#key, version));
    if (!pending) this.giveUp();
    return pending;
  }

  remove(): Promise<void> {
    return this.attempt(() => this.#cache.remove(this.#key)).then(() => {});
  }

  /** What the cache does for this file; undefined where it fails, and from then on. */
  async attempt<T>(action: () => Promise<T>): Promise<T | undefined> {
    if (this.#failed) return undefined;
    try {
      return await action();
    } catch (cause) {
      this.giveUp(cause);
      return undefined;
    }
  }

  /** The file stays in memory; said once. @throws ModelCacheError if the cache is required. */
  giveUp(cause?: unknown): void {
    if (this.#failed) return;
    this.#failed = !this.#isRequired;
    const why =
      cause === undefined
        ? "there is no room for it"
        : `the cache failed (${cause instanceof Error ? cause.message : String(cause)})`;
    if (this.#isRequired)
      throw new ModelCacheError(
        `${this.#key.path} cannot be kept in ${this.#cache.name}: ${why}. What has arrived stays, and the next load goes on from there.`,
        { cause },
      );
    this.#onWarning({
      path: this.#key.path,
      message: `${this.#key.path} is not kept in the cache ${this.#cache.name}: ${why}. It will be fetched again.`,
      cause,
    });
  }

  /** Runs `action` with nobody else at this file, where the cache can see to that. */
  async exclusively<T>(signal: AbortSignal, action: () => Promise<T>): Promise<T> {
    let entered = false;
    const enter = () => {
      entered = true;
      return action();
    };
    try {
      return await this.#cache.exclusively(this.#key, signal, enter);
    } catch (cause) {
      signal.throwIfAborted();
      if (entered) throw cause;
      this.giveUp(cause);
      return action();
    }
  }
}
