/** What is opened, and has to be closed. */
interface Disposable {
  dispose(): Promise<void>;
}

/** A use of a shared resource: `value` until `release`. */
export interface Lease<T> {
  readonly value: T;
  release(): Promise<void>;
}

/**
 * Something that is expensive to open: opened by its first user, shared by all who use it at the
 * same time, and closed when the last one is done, or kept until `dispose`.
 *
 * @example
 * ```ts
 * const network = new SharedResource(open, { keep: false });
 * const { value, release } = await network.acquire();
 * ```
 */
export class SharedResource<T extends Disposable> {
  readonly #open: (signal: AbortSignal | undefined) => Promise<T>;
  readonly #keep: boolean;
  #opening: Promise<T> | undefined;
  #users = 0;

  constructor(
    open: (signal: AbortSignal | undefined) => Promise<T>,
    { keep }: { readonly keep: boolean },
  ) {
    this.#open = open;
    this.#keep = keep;
  }

  /** @throws what opening throws; the signal's reason where it is aborted meanwhile. */
  async acquire(signal?: AbortSignal | undefined): Promise<Lease<T>> {
    this.#users++;
    try {
      const value = await this.#shared(signal);
      let isReleased = false;
      return {
        value,
        release: async () => {
          if (isReleased) return;
          isReleased = true;
          await this.#leave();
        },
      };
    } catch (error) {
      await this.#leave();
      throw error;
    }
  }

  /** Closes it even if it is in use. */
  async dispose(): Promise<void> {
    const opening = this.#opening;
    this.#opening = undefined;
    await (await opening?.catch(() => undefined))?.dispose();
  }

  async #shared(signal: AbortSignal | undefined): Promise<T> {
    for (;;) {
      signal?.throwIfAborted();
      const isOurs = !this.#opening;
      this.#opening ??= this.#open(signal);
      const opening = this.#opening;
      try {
        return await opening;
      } catch (error) {
        if (this.#opening === opening) this.#opening = undefined;
        // another user's opening may have ended because of that user's signal: then we open it
        // ourselves
        if (isOurs) throw error;
      }
    }
  }

  async #leave(): Promise<void> {
    this.#users--;
    if (this.#users === 0 && !this.#keep) await this.dispose();
  }
}

/** Runs steps with a leased resource, and releases it however they end. */
export async function* withLease<T, Step, Result>(
  acquire: () => Promise<Lease<T>>,
  run: (value: T) => AsyncGenerator<Step, Result, void>,
): AsyncGenerator<Step, Result, void> {
  const { value, release } = await acquire();
  try {
    return yield* run(value);
  } finally {
    await release();
  }
}
