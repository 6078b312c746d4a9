import { GlissadeError } from "@glissade/graph";
import type {
  EditOptions,
  GeneratedImage,
  GenerateOptions,
  GenerateResult,
  GenerateStep,
  GenerateWarning,
  InpaintOptions,
  InterpolateOptions,
  InterpolateResult,
  UpscaleOptions,
  UpscaleResult,
} from "../pipelines/index.ts";
import {
  PreviewReader,
  type PreviewSettings,
  type StepRecord,
  stepRecord,
} from "./preview-reader.ts";
import { asError, SnapshotStore } from "./snapshot-store.ts";

/** What each of a model's generators takes and gives. */
export interface ImageRuns {
  readonly stream: { readonly options: GenerateOptions; readonly result: GenerateResult };
  readonly streamInpaint: { readonly options: InpaintOptions; readonly result: GenerateResult };
  readonly streamEdit: { readonly options: EditOptions; readonly result: GenerateResult };
  readonly streamUpscale: { readonly options: UpscaleOptions; readonly result: UpscaleResult };
  readonly streamInterpolate: {
    readonly options: InterpolateOptions;
    readonly result: InterpolateResult;
  };
}

export type ImageRunMethod = keyof ImageRuns;

/** A model as far as a run needs it. A `GlideLike` is one. */
export type RunnableGlide<Method extends ImageRunMethod> = {
  readonly [Name in Method]: (
    options: ImageRuns[Name]["options"],
  ) => AsyncGenerator<GenerateStep, ImageRuns[Name]["result"], void>;
};

export interface ImageRunSettings<Method extends ImageRunMethod> extends PreviewSettings {
  /** The model; undefined where it is not loaded yet. */
  readonly glide: RunnableGlide<Method> | undefined;
  /**
   * Keep every step of a run, for a scrubber. Their pictures are made when they are read. Default
   * false.
   */
  readonly keepSteps?: boolean;
}

export interface ImageRunSnapshot<Result> {
  readonly status: "idle" | "running" | "done" | "stopped" | "error";
  /** The finished pictures; none before `status` is `"done"`. */
  readonly images: readonly GeneratedImage[];
  /** The pictures expected so far, while it runs and after it was stopped. */
  readonly preview: readonly GeneratedImage[] | undefined;
  /** Every finished step, with `keepSteps`. */
  readonly steps: readonly StepRecord[];
  readonly progress:
    | { readonly step: number; readonly steps: number; readonly stage: GenerateStep["stage"] }
    | undefined;
  readonly error: Error | undefined;
  readonly warnings: readonly GenerateWarning[];
  /** All that the run gave: its settings beside the pictures. */
  readonly result: Result | undefined;
}

/** Pictures were asked for before there was a model to make them. */
export class ModelNotLoadedError extends GlissadeError {
  static override readonly code: string = "ModelNotLoadedError";

  constructor() {
    super(
      "There is no model yet; expected a loaded one. Load it first, and wait until it is ready.",
    );
  }
}

interface Run {
  readonly abort: AbortController;
  /** Settles when nothing of it runs any more. */
  ended: Promise<unknown>;
}

const idle = {
  ...{ status: "idle", images: [], preview: undefined, steps: [], progress: undefined },
  ...{ error: undefined, warnings: [], result: undefined },
} as const satisfies ImageRunSnapshot<never>;

/**
 * One place of a page where pictures are made, one run at a time.
 *
 * @example
 * ```ts
 * const run = imageRun("stream", { glide });
 * run.subscribe(() => show(run.getSnapshot()));
 * await run.generate({ prompt: "a red apple" });
 * ```
 */
export class ImageRunController<Method extends ImageRunMethod = "stream"> extends SnapshotStore<
  ImageRunSnapshot<ImageRuns[Method]["result"]>
> {
  readonly #method: Method;
  #settings: ImageRunSettings<Method>;
  #run: Run | undefined;

  constructor(method: Method, settings: ImageRunSettings<Method>) {
    super(idle);
    this.#method = method;
    this.#settings = settings;
  }

  /** Other settings: the model counts from the next run on, the rest from the next step on. */
  readonly configure = (settings: ImageRunSettings<Method>): void => {
    this.#settings = settings;
  };

  /**
   * Makes pictures. A run that goes on is stopped first.
   *
   * @returns the result, or undefined where it was stopped (by `stop`, `reset`, the next `generate`
   * or the signal in the options). It rejects with what went wrong, which the snapshot has too;
   * whoever ignores the promise causes no unhandled rejection. Bound.
   */
  readonly generate = (
    options: ImageRuns[Method]["options"],
  ): Promise<ImageRuns[Method]["result"] | undefined> => {
    const former = this.#run;
    former?.abort.abort();
    const run: Run = { abort: new AbortController(), ended: Promise.resolve() };
    this.#run = run;
    this.publish({ ...idle, status: "running" });
    const result = this.#execute(run, former?.ended, options);
    run.ended = result.catch(() => {});
    return result;
  };

  /**
   * Stops the run: the snapshot says so at once, and nothing arrives any more. @returns when
   * nothing of it runs any more. Bound.
   */
  readonly stop = async (): Promise<void> => {
    const run = this.#run;
    run?.abort.abort();
    this.#stopped(run);
    await run?.ended;
  };

  /** Stops the run and forgets it. Bound. */
  readonly reset = async (): Promise<void> => {
    const run = this.#run;
    this.#run = undefined;
    run?.abort.abort();
    this.publish(idle);
    await run?.ended;
  };

  async #execute(
    run: Run,
    former: Promise<unknown> | undefined,
    options: ImageRuns[Method]["options"],
  ): Promise<ImageRuns[Method]["result"] | undefined> {
    await former;
    const { signal: own } = run.abort;
    const signal = options?.signal ? AbortSignal.any([own, options.signal]) : own;
    try {
      if (signal.aborted) return this.#stopped(run);
      const result = await this.#walk(run, { ...options, signal });
      if (signal.aborted || result === undefined) return this.#stopped(run);
      this.#publishFrom(run, {
        status: "done",
        preview: undefined,
        images: result.images,
        warnings: "warnings" in result ? result.warnings : [],
        result,
      });
      return result;
    } catch (thrown) {
      if (signal.aborted) return this.#stopped(run);
      this.#publishFrom(run, { status: "error", error: asError(thrown) });
      throw thrown;
    }
  }

  /** To the end or until it is aborted. Leaving the loop ends the generator and waits for that. */
  async #walk(
    run: Run,
    options: ImageRuns[Method]["options"],
  ): Promise<ImageRuns[Method]["result"] | undefined> {
    const { glide } = this.#settings;
    if (!glide) throw new ModelNotLoadedError();
    const method = this.#method;
    const previews = new PreviewReader();
    let result: ImageRuns[Method]["result"] | undefined;
    const steps = async function* () {
      result = yield* glide[method](options);
    };
    for await (const finished of steps()) {
      if (options.signal?.aborted) return undefined;
      const { step, steps, stage } = finished;
      const preview = previews.read(finished, this.#settings);
      this.#publishFrom(run, {
        progress: { step, steps, stage },
        ...(preview && { preview }),
        ...(this.#settings.keepSteps && {
          steps: [...this.getSnapshot().steps, stepRecord(finished)],
        }),
      });
    }
    return result;
  }

  #stopped(run: Run | undefined): undefined {
    if (this.getSnapshot().status === "running") this.#publishFrom(run, { status: "stopped" });
  }

  #publishFrom(
    run: Run | undefined,
    change: Partial<ImageRunSnapshot<ImageRuns[Method]["result"]>>,
  ): void {
    const isLate = run?.abort.signal.aborted && change.status !== "stopped";
    if (run && run === this.#run && !isLate) this.publish({ ...this.getSnapshot(), ...change });
  }
}

/**
 * A controller for one of a model's generators.
 *
 * @param method `"stream"`, `"streamInpaint"`, `"streamEdit"`, `"streamUpscale"` or
 * `"streamInterpolate"`
 */
export function imageRun<Method extends ImageRunMethod>(
  method: Method,
  settings: ImageRunSettings<Method>,
): ImageRunController<Method> {
  return new ImageRunController(method, settings);
}
