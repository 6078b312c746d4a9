import type { LoaderProgress } from "../controllers/index.ts";
import type { ModelSource } from "../model/index.ts";
import { Channel } from "./channel.ts";
import type { Endpoint, LoadedModel } from "./messages.ts";
import { encodeSource } from "./source-transfer.ts";
import { WorkerGlide } from "./worker-glide.ts";
import { WorkerLostError } from "./worker-lost-error.ts";

export interface ConnectGlideOptions {
  /**
   * What the worker's `serveGlide` is to make its backend of, as plain data: `{ providers:
   * ["webgpu", "wasm"] }`.
   */
  readonly backend?: unknown;
  /** As `loadGlide`'s. */
  readonly keepLoaded?: boolean;
  readonly onProgress?: (progress: LoaderProgress) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Loads a model in a worker in which `serveGlide` runs, so that the page's own thread stays free.
 *
 * @param worker one of your own, or a function that makes one, which is then ended with the model
 * @returns the same as `loadGlide`, except that options with functions in them (a sampler of your
 * own) cannot be sent
 * @throws as `loadGlide`: the worker's errors keep their class and fields. WorkerLostError where
 * the worker does not start or is ended.
 * @example
 * ```ts
 * const glide = await connectGlide(() => new Worker(new URL("./glide-worker.ts", import.meta.url), { type: "module" }), emoji);
 * ```
 */
export async function connectGlide(
  worker: Endpoint | (() => Worker),
  source: ModelSource,
  { backend, keepLoaded, onProgress, signal }: ConnectGlideOptions = {},
): Promise<WorkerGlide> {
  signal?.throwIfAborted();
  const made = typeof worker === "function" ? worker() : undefined;
  const channel = new Channel(made ?? (worker as Endpoint));
  const watch = new AbortController();
  const end = () => {
    watch.abort();
    made?.terminate();
  };
  // One that is ended anyway need not agree: its script may not have arrived yet, or be busy.
  const abandon = () => channel.close(new WorkerLostError("the load was aborted"));
  if (made) signal?.addEventListener("abort", abandon, { once: true });
  try {
    const lock = globalThis.navigator?.locks ? `glissade-worker-${crypto.randomUUID()}` : undefined;
    const request = {
      type: "load",
      source: encodeSource(source),
      backend,
      keepLoaded,
      lock,
    } as const;
    const loaded = await channel.request<LoadedModel>(request, {
      signal,
      onProgress: (progress) => onProgress?.(progress as LoaderProgress),
    }).answer;
    if (lock !== undefined) watchFor(lock, channel, watch.signal);
    return new WorkerGlide({ channel, loaded, onDispose: end });
  } catch (error) {
    channel.close(new WorkerLostError("the model was not loaded"));
    end();
    throw error;
  } finally {
    signal?.removeEventListener("abort", abandon);
  }
}

/**
 * The worker holds a lock for as long as it lives: whoever gets it next knows that the worker was
 * ended, of which browsers tell nothing.
 */
function watchFor(lock: string, channel: Channel, signal: AbortSignal): void {
  navigator.locks
    .request(lock, { signal }, () => channel.close(new WorkerLostError("it was ended")))
    .catch(() => undefined); // disposed of
}
