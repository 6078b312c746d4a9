import type { ByteSource } from "../bytes/byte-source.ts";
import type { ModelLoadWarning } from "./cache-slot.ts";
import { type DownloadOptions, downloadFile } from "./download-file.ts";
import type { RemoteFile } from "./file-response.ts";
import type { FileProgress } from "./load-progress.ts";

type Listener = Pick<DownloadOptions, "onProgress" | "onWarning">;

interface Flight {
  readonly result: Promise<ByteSource>;
  readonly controller: AbortController;
  readonly listeners: Set<Listener>;
  latest: FileProgress | undefined;
}

const noCache = {};
const flights = new WeakMap<object, Map<string, Flight>>();

/**
 * The same as {@link downloadFile}, once for all who want a file at the same time. A caller who
 * aborts leaves the others alone; when all have, the download ends.
 */
export async function sharedDownload(
  file: RemoteFile,
  { signal, onProgress, onWarning, ...options }: DownloadOptions,
): Promise<ByteSource> {
  signal.throwIfAborted();
  const flight = joinFlight(file, options);
  const listener = { onProgress, onWarning };
  flight.listeners.add(listener);
  let abort = () => {};
  try {
    const aborted = new Promise<never>((_, reject) => {
      abort = () => reject(signal.reason);
      signal.addEventListener("abort", abort);
    });
    if (flight.latest) onProgress(flight.latest);
    return await Promise.race([flight.result, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
    flight.listeners.delete(listener);
    if (flight.listeners.size === 0) {
      leaveFlight(file, options, flight);
      flight.controller.abort(signal.reason); // nothing happens where it has landed
    }
  }
}

function joinFlight(
  file: RemoteFile,
  options: Pick<DownloadOptions, "cache" | "maxBytes">,
): Flight {
  const own = flights.get(options.cache ?? noCache) ?? new Map<string, Flight>();
  flights.set(options.cache ?? noCache, own);
  const running = own.get(keyOf(file));
  if (running) return running;
  const controller = new AbortController();
  const listeners = new Set<Listener>();
  const flight: Flight = {
    controller,
    listeners,
    latest: undefined,
    result: downloadFile(file, {
      ...options,
      signal: controller.signal,
      onProgress(progress) {
        flight.latest = progress;
        for (const { onProgress } of listeners) onProgress(progress);
      },
      onWarning(warning: ModelLoadWarning) {
        for (const { onWarning } of listeners) onWarning(warning);
      },
    }),
  };
  flight.result.catch(() => {}); // all may have left before it fails
  own.set(keyOf(file), flight);
  return flight;
}

/** One that is ending must not be joined. */
function leaveFlight(
  file: RemoteFile,
  { cache }: Pick<DownloadOptions, "cache">,
  flight: Flight,
): void {
  const own = flights.get(cache ?? noCache);
  if (own?.get(keyOf(file)) === flight) own.delete(keyOf(file));
}

function keyOf({ model, path, url, bytes, sha256 }: RemoteFile): string {
  return JSON.stringify([model, path, url.href, bytes, sha256]);
}
