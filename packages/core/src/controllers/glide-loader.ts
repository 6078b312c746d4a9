import type { GlideLike } from "../pipelines/index.ts";
import { asError, SnapshotStore } from "./snapshot-store.ts";

/** How far a load is. */
export interface LoaderProgress {
  /** The file that is being read. */
  readonly path?: string;
  readonly loadedBytes: number;
  readonly totalBytes: number | undefined;
  /** Whether the file came from the cache. */
  readonly fromCache?: boolean;
  /** All files together. */
  readonly total?: { readonly loadedBytes: number; readonly totalBytes: number | undefined };
}

/** What a load function is given. */
export interface LoadContext<Progress = LoaderProgress> {
  /** Aborted when nobody wants the model any more. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  /**
   * Registers what has to be closed after the model (a backend, a worker), or when loading fails.
   * The last one registered is closed first.
   */
  readonly onDispose: (dispose: () => unknown) => void;
}

/** Loads a model: by `loadGlide`, or in a worker. */
export type LoadFunction<Progress = LoaderProgress> = (
  context: LoadContext<Progress>,
) => Promise<GlideLike>;

export interface GlideLoaderSnapshot<Progress = LoaderProgress> {
  readonly status: "idle" | "loading" | "ready" | "error";
  /** The model, where `status` is `"ready"`. */
  readonly glide: GlideLike | undefined;
  /** What was told last. */
  readonly progress: Progress | undefined;
  /** Why loading failed, where `status` is `"error"`. */
  readonly error: Error | undefined;
}

export interface GlideLoaderOptions<Progress = LoaderProgress> {
  readonly load: LoadFunction<Progress>;
  /**
   * Milliseconds after the last user has left until the model is disposed of, or its loading
   * aborted. Default 1000: a change of page does not load twice.
   */
  readonly graceTime?: number;
  /** Called when there is neither a user nor a model any more. */
  readonly onUnused?: () => void;
}

/** One load and what came of it. */
interface Attempt {
  readonly abort: AbortController;
  readonly disposals: (() => unknown)[];
  readonly glide: Promise<GlideLike>;
}

/** The state of a loader that has loaded nothing. */
const idle = { status: "idle", glide: undefined, progress: undefined, error: undefined } as const;

/**
 * A model that is loaded once, watched by many, and disposed of when the last one leaves.
 *
 * @example
 * ```ts
 * const loader = glideLoader({ load: ({ signal }) => loadGlide(url, { backend, signal }) });
 * loader.subscribe(() => render(loader.getSnapshot()));
 * const glide = await loader.load();
 * await loader.dispose();
 * ```
 */
export class GlideLoader<Progress = LoaderProgress> extends SnapshotStore<
  GlideLoaderSnapshot<Progress>
> {
  readonly #options: GlideLoaderOptions<Progress>;
  #attempt: Attempt | undefined;
  #closing: Promise<void> = Promise.resolve();
  #users = 0;
  #grace: ReturnType<typeof setTimeout> | undefined;

  constructor(options: GlideLoaderOptions<Progress>) {
    super(idle);
    this.#options = options;
  }

  /** How many have retained it and not let go. */
  get users(): number {
    return this.#users;
  }

  /**
   * Loads the model, unless it is loaded or being loaded; after an error it loads again. The
   * promise is the same one until the model is disposed of. It rejects with what `load` throws, and
   * with the signal's reason where the load was given up; whoever ignores it causes no unhandled
   * rejection, and finds the error in the snapshot.
   */
  load(): Promise<GlideLike> {
    if (this.#attempt && this.getSnapshot().status !== "error") return this.#attempt.glide;
    const abort = new AbortController();
    const disposals: Attempt["disposals"] = [];
    // `run` begins in a microtask, when `#attempt` is set.
    const attempt: Attempt = {
      abort,
      disposals,
      glide: Promise.resolve().then(() => this.#run(attempt)),
    };
    attempt.glide.catch(() => {});
    this.#attempt = attempt;
    this.publish({ ...idle, status: "loading" });
    return attempt.glide;
  }

  /**
   * Keeps the model from being disposed of. It does not load it.
   *
   * @returns lets go; when the last user has, and a grace time has passed, a load is aborted and a
   * model disposed of. Safe to call twice.
   */
  retain(): () => void {
    this.#users++;
    clearTimeout(this.#grace);
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      this.#users--;
      if (this.#users === 0)
        this.#grace = setTimeout(
          () => void this.dispose().catch(() => {}),
          this.#options.graceTime ?? 1000,
        ); // nobody is there to be told
    };
  }

  /**
   * Disposes of the model or aborts its loading, whoever uses it, and waits until that is done. It
   * can be loaded again.
   */
  dispose(): Promise<void> {
    clearTimeout(this.#grace);
    const attempt = this.#attempt;
    this.#attempt = undefined;
    if (attempt) this.#closing = Promise.all([this.#closing, close(attempt)]).then(() => {});
    this.publish(idle);
    if (this.#users === 0) this.#options.onUnused?.();
    return this.#closing;
  }

  async #run(attempt: Attempt): Promise<GlideLike> {
    const { abort, disposals } = attempt;
    const { signal } = abort;
    const publish = (change: Partial<GlideLoaderSnapshot<Progress>>) => {
      if (this.#attempt === attempt) this.publish({ ...this.getSnapshot(), ...change });
    };
    try {
      signal.throwIfAborted();
      const glide = await this.#options.load({
        signal,
        onProgress: (progress) => publish({ progress }),
        onDispose: (dispose) => disposals.push(dispose),
      });
      disposals.push(() => glide.dispose());
      signal.throwIfAborted();
      publish({ status: "ready", glide });
      return glide;
    } catch (thrown) {
      // why it failed says more than why it could not be closed
      await closeAll(disposals).catch(() => {});
      publish({ status: "error", error: asError(thrown) });
      throw thrown;
    }
  }
}

/** @returns a loader that has loaded nothing yet */
export function glideLoader<Progress = LoaderProgress>(
  options: GlideLoaderOptions<Progress>,
): GlideLoader<Progress> {
  return new GlideLoader(options);
}

async function close({ abort, disposals, glide }: Attempt): Promise<void> {
  abort.abort();
  await glide.catch(() => {});
  await closeAll(disposals);
}

/**
 * Closes everything, the last one first, even where one fails. @throws what the first to fail threw
 */
async function closeAll(disposals: (() => unknown)[]): Promise<void> {
  const dispose = disposals.pop();
  if (!dispose) return;
  try {
    await dispose();
  } finally {
    await closeAll(disposals);
  }
}
