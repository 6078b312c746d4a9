import { assertPositiveInteger, InvalidArgumentError } from "@glissade/graph";
import type { ModelCache } from "./model-cache.ts";

export interface BrowserModelCacheOptions {
  /** Of the cache, as `caches.keys()` lists it. Default: `"glissade-models"`. */
  readonly name?: string;
  /**
   * What the cache may hold. Models that were not used for longest are removed to keep to it.
   * Default: as much as the browser gives.
   */
  readonly maxBytes?: number;
}

/**
 * Keeps model files in the browser's Cache API. Files are stored in parts as they arrive, so that a
 * load that was interrupted goes on where it stopped, and count as there only when they are whole.
 * Where the browser gives no more room, the models that were not used for longest are removed.
 *
 * Touches nothing before it is used, so it can be made anywhere; it works in pages and workers with
 * a secure context.
 *
 * @throws InvalidArgumentError where `name` is empty or `maxBytes` is no positive integer
 * @example `const glide = await loadGlide(emoji, { backend, cache: browserModelCache({ maxBytes: 2
 * ** 30 }) });`
 */
export function browserModelCache({
  name = "glissade-models",
  maxBytes,
}: BrowserModelCacheOptions = {}): ModelCache {
  if (typeof name !== "string" || name === "")
    throw new InvalidArgumentError({ argument: "name", received: name, expected: "a name" });
  if (maxBytes !== undefined) assertPositiveInteger("maxBytes", maxBytes);
  let loading: Promise<ModelCache> | undefined;
  const storage = () => {
    loading ??= import("./cache-storage.ts").then(
      ({ CacheStorageModels }) => new CacheStorageModels(name, maxBytes),
    );
    return loading;
  };
  return {
    name,
    find: async (key) => (await storage()).find(key),
    resume: async (key) => (await storage()).resume(key),
    begin: async (key, version) => (await storage()).begin(key, version),
    remove: async (key) => (await storage()).remove(key),
    exclusively: async (key, signal, action) => (await storage()).exclusively(key, signal, action),
    purge: async (options) => (await storage()).purge(options),
    estimate: async () => (await storage()).estimate(),
  };
}
