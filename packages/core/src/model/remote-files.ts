import { InvalidArgumentError } from "@glissade/graph";
import { defaultModelCache } from "#default-model-cache";
import type { ByteSource } from "../bytes/byte-source.ts";
import type { ModelCache } from "./cache/model-cache.ts";
import type { RemoteFile } from "./file-response.ts";
import { LoadProgress } from "./load-progress.ts";
import type { OpenModelFilesOptions } from "./open-options.ts";
import { sharedDownload } from "./shared-downloads.ts";

export { existsAt } from "./file-response.ts";

/** Fetches files of one model, each whole. */
export type FetchModelFile = (
  file: RemoteFile,
  limits: { readonly maxBytes: number; readonly signal?: AbortSignal | undefined },
) => Promise<ByteSource>;

export function cacheFor({
  cache = defaultModelCache(),
}: OpenModelFilesOptions): ModelCache | undefined {
  if (cache === false || cache === undefined) return undefined;
  if (typeof cache?.exclusively === "function") return cache;
  throw new InvalidArgumentError({
    argument: "cache",
    received: cache,
    expected: "a ModelCache such as browserModelCache() or folderModelCache(), or false",
  });
}

/** @param totalBytes of the whole model, where that is known */
export function modelFileFetcher(
  options: OpenModelFilesOptions,
  totalBytes?: number,
): FetchModelFile {
  const { onProgress, onWarning, signal } = options;
  const cache = cacheFor(options);
  const progress = new LoadProgress(onProgress, totalBytes);
  return (file, limits) =>
    sharedDownload(file, {
      cache,
      maxBytes: limits.maxBytes,
      signal: anyOf(signal, limits.signal),
      onProgress: (state) => progress.report(file.path, state),
      onWarning: (warning) => onWarning?.(warning),
    });
}

/** Never aborted where there is no signal. */
export function anyOf(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  const given = signals.filter((signal) => signal !== undefined);
  const [first] = given;
  return given.length === 1 && first ? first : AbortSignal.any(given);
}
