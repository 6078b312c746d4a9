import type { ModelSource } from "../model/index.ts";
import { GlideLoader } from "./glide-loader.ts";
import { glideLoading, type SharedLoadOptions } from "./glide-loading.ts";
import { loaderKey } from "./loader-key.ts";

/**
 * Loaders by source and options: who asks for the same gets the same one. A loader that nobody uses
 * any more is forgotten.
 *
 * @example
 * ```ts
 * const loader = sharedLoaders.get("/models/emoji/", { backend });
 * const release = loader.retain();
 * const glide = await loader.load();
 * release();
 * ```
 */
export class LoaderRegistry {
  readonly #loaders = new Map<string, GlideLoader>();

  /** How many are in use. */
  get size(): number {
    return this.#loaders.size;
  }

  /** The loader in use for a source and its options; undefined where there is none. Makes none. */
  peek(source: ModelSource, options: SharedLoadOptions): GlideLoader | undefined {
    return this.#loaders.get(loaderKey(source, options));
  }

  /** The same, made where there is none. `graceTime` is that of the first who asks. */
  get(
    source: ModelSource,
    options: SharedLoadOptions,
    { graceTime }: { readonly graceTime?: number } = {},
  ): GlideLoader {
    const key = loaderKey(source, options);
    const known = this.#loaders.get(key);
    if (known) return known;
    const loader: GlideLoader = new GlideLoader({
      load: glideLoading(source, options),
      ...(graceTime !== undefined && { graceTime }),
      onUnused: () => {
        if (this.#loaders.get(key) === loader) this.#loaders.delete(key);
      },
    });
    this.#loaders.set(key, loader);
    return loader;
  }
}

/** The loaders of this page. */
export const sharedLoaders = /* @__PURE__ */ new LoaderRegistry();
