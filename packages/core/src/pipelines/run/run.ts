import { GlissadeError } from "@glissade/graph";

/** A run's steps were asked for a second time, or after it was awaited. */
export class RunStartedError extends GlissadeError {
  static override readonly code: string = "RunStartedError";

  constructor() {
    super(
      "This run has started already; its steps can be iterated once. Await it for its result, or call the method again for another run.",
    );
  }
}

export interface RunOptions<Step> {
  /** Stops the run between two steps, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called with every finished step. */
  readonly onProgress?: ((step: Step) => void) | undefined;
}

/**
 * A run that is awaited for its result, or iterated for its steps. It starts then, once; calling a
 * method that returns one starts nothing. Leaving the iteration stops the run; awaiting it after the
 * iteration gives the same result, or the error it ended with.
 *
 * Like every thenable, it is awaited when an `async` function returns it.
 *
 * @example
 * ```ts
 * const { images } = await glide.generate({ prompt });
 *
 * const run = glide.generate({ prompt });
 * for await (const { step, steps } of run) show(step / steps);
 * const { settings } = await run;
 * ```
 */
export class Run<Step, Result> implements Promise<Result>, AsyncIterable<Step> {
  readonly [Symbol.toStringTag] = "Run";
  readonly #start: (signal: AbortSignal) => AsyncGenerator<Step, Result, void>;
  readonly #options: RunOptions<Step>;
  #result: Promise<Result> | undefined;

  /** @param start begins the run; its signal aborts if the caller's does or the steps are left */
  constructor(
    start: (signal: AbortSignal) => AsyncGenerator<Step, Result, void>,
    options: RunOptions<Step> = {},
  ) {
    this.#start = start;
    this.#options = options;
  }

  /** @throws RunStartedError if it was iterated or awaited before */
  [Symbol.asyncIterator](): AsyncGenerator<Step, void, void> {
    if (this.#result) throw new RunStartedError();
    return this.#begin().steps;
  }

  /** Awaits the result; starts the run if nothing has. */
  // biome-ignore lint/suspicious/noThenProperty: a run is awaited
  then<A = Result, B = never>(
    onResult?: ((result: Result) => A | PromiseLike<A>) | null,
    onError?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return (this.#result ?? this.#finish()).then(onResult, onError);
  }

  catch<B = never>(
    onError?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<Result | B> {
    return this.then(undefined, onError);
  }

  finally(onEnd?: (() => void) | null): Promise<Result> {
    return this.then().finally(onEnd);
  }

  #finish(): Promise<Result> {
    const { steps, result } = this.#begin();
    exhaust(steps).catch(() => {}); // the result has the error
    return result;
  }

  #begin(): { readonly steps: AsyncGenerator<Step, void, void>; readonly result: Promise<Result> } {
    const { signal, onProgress } = this.#options;
    const left = new AbortController();
    const abort = () => left.abort(signal?.reason);
    const start = () => this.#start(left.signal);
    const { promise: result, resolve, reject } = deferred<Result>();
    result.catch(() => {}); // who iterates meets the error there
    this.#result = result;
    async function* follow(): AsyncGenerator<Step, void, void> {
      // Not AbortSignal.any: Node 20 keeps what follows a signal for as long as the signal lives.
      signal?.addEventListener("abort", abort, { once: true });
      if (signal?.aborted) abort();
      try {
        for await (const step of stepsOf(start(), resolve)) {
          onProgress?.(step);
          yield step;
        }
      } catch (error) {
        reject(error);
        throw error;
      } finally {
        signal?.removeEventListener("abort", abort);
      }
    }
    const steps = follow();
    const end = steps.return.bind(steps);
    // a step that is being computed is aborted too, instead of awaited
    steps.return = (value) => {
      left.abort();
      reject(left.signal.reason);
      return end(value);
    };
    return { steps, result };
  }
}

/** The run's steps; its result goes to `onResult`. */
async function* stepsOf<Step, Result>(
  run: AsyncGenerator<Step, Result, void>,
  onResult: (result: Result) => void,
): AsyncGenerator<Step, void, void> {
  onResult(yield* run);
}

async function exhaust(steps: AsyncGenerator<unknown, void, void>): Promise<void> {
  for (;;) if ((await steps.next()).done) return;
}

/** As `Promise.withResolvers`, which Node has since 22. */
function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((onValue, onReason) => {
    resolve = onValue;
    reject = onReason;
  });
  return { promise, resolve, reject };
}
