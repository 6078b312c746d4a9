import { GlissadeError } from "@glissade/graph";
import type {
  GeneratedImage,
  GenerateStep,
  GenerateWarning,
  TaskMethods,
  TaskName,
  TaskOptions,
  TaskResult,
} from "../pipelines/index.ts";
import {
  PreviewReader,
  type PreviewSettings,
  type StepRecord,
  stepRecord,
} from "./preview-reader.ts";
import { asError, SnapshotStore } from "./snapshot-store.ts";

export interface ImageRunSettings<Name extends TaskName> extends PreviewSettings {
  /** The model; undefined where it is not loaded yet. */
  readonly glide: TaskMethods<Name> | undefined;
  /**
   * Keep every step of a run, for a scrubber. Their images are made when they are read. Default
   * false.
   */
  readonly keepSteps?: boolean;
}

export interface ImageRunSnapshot<Result> {
  readonly status: "idle" | "running" | "done" | "stopped" | "error";
  /** The finished images; none before `status` is `"done"`. */
  readonly images: readonly GeneratedImage[];
  /** The images expected so far, while it runs and after it was stopped. */
  readonly preview: readonly GeneratedImage[] | undefined;
  /** Every finished step, with `keepSteps`. */
  readonly steps: readonly StepRecord[];
  readonly progress:
    | { readonly step: number; readonly steps: number; readonly stage: GenerateStep["stage"] }
    | undefined;
  readonly error: Error | undefined;
  readonly warnings: readonly GenerateWarning[];
  /** The whole result: the settings beside the images. */
  readonly result: Result | undefined;
}

/** Images were requested before a model was loaded. */
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
  status: "idle",
  images: [],
  preview: undefined,
  steps: [],
  progress: undefined,
  error: undefined,
  warnings: [],
  result: undefined,
} as const satisfies ImageRunSnapshot<never>;

/**
 * One place on a page where images are made, one run at a time.
 *
 * @example
 * ```ts
 * const run = imageRun("generate", { glide });
 * run.subscribe(() => show(run.getSnapshot()));
 * await run.generate({ prompt: "a red apple" });
 * ```
 */
export class ImageRunController<Name extends TaskName = "generate"> extends SnapshotStore<
  ImageRunSnapshot<TaskResult<Name>>
> {
  readonly #task: Name;
  #settings: ImageRunSettings<Name>;
  #run: Run | undefined;

  constructor(task: Name, settings: ImageRunSettings<Name>) {
    super(idle);
    this.#task = task;
    this.#settings = settings;
  }

  /** Other settings: the model counts from the next run on, the rest from the next step on. */
  readonly configure = (settings: ImageRunSettings<Name>): void => {
    this.#settings = settings;
  };

  /**
   * Makes images. A run in progress is stopped first.
   *
   * @returns the result, or undefined where it was stopped (by `stop`, `reset`, the next `generate`
   * or the signal in the options). It rejects with what went wrong, which the snapshot has too;
   * the promise may be ignored, it never causes an unhandled rejection. Bound.
   */
  readonly generate = (options: TaskOptions<Name>): Promise<TaskResult<Name> | undefined> => {
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
   * Stops the run. The snapshot updates immediately; no further steps are published. Bound.
   *
   * @returns once the run has ended
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
    options: TaskOptions<Name>,
  ): Promise<TaskResult<Name> | undefined> {
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
  async #walk(run: Run, options: TaskOptions<Name>): Promise<TaskResult<Name> | undefined> {
    const { glide } = this.#settings;
    if (!glide) throw new ModelNotLoadedError();
    const previews = new PreviewReader();
    const going = glide[this.#task](options);
    for await (const finished of going) {
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
    return going;
  }

  #stopped(run: Run | undefined): undefined {
    if (this.getSnapshot().status === "running") this.#publishFrom(run, { status: "stopped" });
  }

  #publishFrom(run: Run | undefined, change: Partial<ImageRunSnapshot<TaskResult<Name>>>): void {
    const isLate = run?.abort.signal.aborted && change.status !== "stopped";
    if (run && run === this.#run && !isLate) this.publish({ ...this.getSnapshot(), ...change });
  }
}

/**
 * A controller for one of a model's tasks.
 *
 * @param task a method of `Glide`: `"generate"`, `"inpaint"`, `"imageToImage"`, `"upscale"` or
 * `"interpolate"`
 */
export function imageRun<Name extends TaskName>(
  task: Name,
  settings: ImageRunSettings<Name>,
): ImageRunController<Name> {
  return new ImageRunController(task, settings);
}
