import type { SamplingOptions } from "./options/sampling.ts";
import type { GenerateResult, PipelineParts } from "./run/cascade.ts";
import { Run } from "./run/run.ts";
import type { GenerateStep } from "./run/sampling-loop.ts";
import type { ImageToImageOptions } from "./tasks/image-to-image.ts";
import type { InpaintOptions } from "./tasks/inpaint.ts";
import type { InterpolateOptions, InterpolateResult } from "./tasks/interpolate.ts";
import { textToImage } from "./tasks/text-to-image.ts";
import type { UpscaleOptions, UpscaleResult } from "./tasks/upscale.ts";

/** What can be made with a model: each task's options and result. */
export interface Tasks {
  readonly generate: { readonly options: SamplingOptions; readonly result: GenerateResult };
  readonly inpaint: { readonly options: InpaintOptions; readonly result: GenerateResult };
  readonly imageToImage: { readonly options: ImageToImageOptions; readonly result: GenerateResult };
  readonly upscale: { readonly options: UpscaleOptions; readonly result: UpscaleResult };
  readonly interpolate: {
    readonly options: InterpolateOptions;
    readonly result: InterpolateResult;
  };
}

export type TaskName = keyof Tasks;
export type TaskOptions<Name extends TaskName> = Tasks[Name]["options"];
export type TaskResult<Name extends TaskName> = Tasks[Name]["result"];

/** A task in progress: awaited for its result, or iterated for its steps. */
export type TaskRun<Name extends TaskName> = Run<GenerateStep, TaskResult<Name>>;

/** A method for each task. A `GlideLike` has them. */
export type TaskMethods<Name extends TaskName = TaskName> = {
  readonly [Each in Name]: (options: TaskOptions<Each>) => TaskRun<Each>;
};

type TaskFunction<Name extends TaskName> = (
  parts: PipelineParts,
  options: TaskOptions<Name>,
) => AsyncGenerator<GenerateStep, TaskResult<Name>, void>;

/** Each task's function, loaded when it is first run: a page pays only for those it uses. */
export const tasks: { readonly [Name in TaskName]: () => Promise<TaskFunction<Name>> } = {
  generate: async () => textToImage,
  inpaint: async () => (await import("./tasks/inpaint.ts")).inpaint,
  imageToImage: async () => (await import("./tasks/image-to-image.ts")).imageToImage,
  upscale: async () => (await import("./tasks/upscale.ts")).upscaleImage,
  interpolate: async () => (await import("./tasks/interpolate.ts")).interpolate,
};

/** A method for each task, wherever the model runs. */
export abstract class TaskRunner implements TaskMethods {
  /** Runs one task step by step; called when its `Run` starts. */
  protected abstract steps<Name extends TaskName>(
    name: Name,
    options: TaskOptions<Name>,
  ): AsyncGenerator<GenerateStep, TaskResult<Name>, void>;

  /**
   * Makes images from a prompt.
   *
   * @throws (when awaited or iterated) InvalidArgumentError or UnknownNameError for an option that
   * is wrong, before anything runs; MissingNetworkError if the model lacks a network that is asked
   * for; NumericalError if the network's numbers are not finite; the signal's reason if aborted
   * @example
   * ```ts
   * const { images } = await glide.generate({ prompt: "a red apple", count: 4, seed: 7 });
   *
   * for await (const { step, steps, preview } of glide.generate({ prompt: "a red apple" }))
   *   draw(preview[0], step / steps);
   * ```
   */
  generate(options: TaskOptions<"generate">): TaskRun<"generate"> {
    return this.#run("generate", options);
  }

  /**
   * Repaints the white area of the mask. Every other pixel is returned unchanged.
   *
   * @throws as `generate`; InvalidArgumentError if image and mask do not fit each other
   * @example
   * ```ts
   * const { images } = await glide.inpaint({ image, mask: maskFromImage(painted), prompt: "a red hat" });
   * ```
   */
  inpaint(options: TaskOptions<"inpaint">): TaskRun<"inpaint"> {
    return this.#run("inpaint", options);
  }

  /**
   * Edits an image or turns a sketch into one (SDEdit). Higher `strength` keeps less of the
   * original.
   *
   * @throws as `generate`; InvalidArgumentError if the image, its mask or the strength are wrong
   * @example
   * ```ts
   * const { images } = await glide.imageToImage({ image: sketch, prompt: "a red apple", strength: 0.7 });
   * ```
   */
  imageToImage(options: TaskOptions<"imageToImage">): TaskRun<"imageToImage"> {
    return this.#run("imageToImage", options);
  }

  /**
   * Enlarges an image by the model's upsampler: 64 to 256 pixels for GLIDE's. Larger images are
   * enlarged in tiles without seams.
   *
   * @throws as `generate`; MissingNetworkError if the model has no upsampler
   * @example
   * ```ts
   * const { images } = await glide.upscale({ image, prompt: "a red apple" });
   * ```
   */
  upscale(options: TaskOptions<"upscale">): TaskRun<"upscale"> {
    return this.#run("upscale", options);
  }

  /**
   * Images between two prompts, or two seeds: prompts are mixed by weights, noises along the arc
   * between them.
   *
   * @throws as `generate`
   * @example
   * ```ts
   * const { images } = await glide.interpolate({ from: { prompt: "a lion", seed: 1 }, to: { prompt: "a tiger", seed: 1 }, count: 5 });
   * ```
   */
  interpolate(options: TaskOptions<"interpolate">): TaskRun<"interpolate"> {
    return this.#run("interpolate", options);
  }

  #run<Name extends TaskName>(name: Name, options: TaskOptions<Name>): TaskRun<Name> {
    const start = (signal: AbortSignal) => this.steps(name, options && { ...options, signal }); // the task refuses what is no object
    return new Run(start, options ?? {});
  }
}
