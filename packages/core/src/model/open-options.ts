import type { ModelCache } from "./cache/model-cache.ts";
import type { ModelLoadWarning } from "./cache-slot.ts";
import type { ModelLoadProgress } from "./load-progress.ts";

export interface OpenModelFilesOptions {
  /**
   * Where files that come over the network are kept, or `false`. Default: {@link browserModelCache}
   * in a browser's secure context, `folderModelCache()` of `@glissade/core/files` in Node, and none
   * otherwise. Without one, files stay in memory as long as they are used.
   */
  readonly cache?: ModelCache | false;
  /** Called as bytes of any file arrive over the network or from a cache. */
  readonly onProgress?: (progress: ModelLoadProgress) => void;
  /** Called where a load goes on without something: a cache without room, or one that fails. */
  readonly onWarning?: (warning: ModelLoadWarning) => void;
  /**
   * Bring all files into the cache at once, not each when it is first needed: then everything works
   * offline, and progress ends at the total. For a source that lists its files; without a cache it
   * does nothing. Default: false.
   */
  readonly prefetch?: boolean;
  /** Ends what is being fetched. */
  readonly signal?: AbortSignal | undefined;
}
