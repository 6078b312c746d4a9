import type { GlideLike, TaskMethods, TaskName, TaskOptions, TaskResult } from "@glissade/core";
import { type ImageRunSettings, type ImageRunSnapshot, imageRun } from "@glissade/core/store";
import { useEffect, useInsertionEffect, useState } from "react";
import { useTracked } from "./use-tracked.ts";

/** Whether and how often previews are made, and whether steps are kept. */
export type ImageRunOptions = Omit<ImageRunSettings<TaskName>, "glide">;

/**
 * The state of a run, and what can be done. A component re-renders only when a field it reads changes.
 */
export interface ImageRunResult<Name extends TaskName> extends ImageRunSnapshot<TaskResult<Name>> {
  /**
   * Makes images; a run in progress is stopped first. Resolves to undefined if it was
   * stopped. Rejects with what went wrong, which `error` has too; ignoring the promise causes no
   * unhandled rejection. The function stays the same.
   */
  readonly generate: (options: TaskOptions<Name>) => Promise<TaskResult<Name> | undefined>;
  /** Stops the run, with the last preview left. The function stays the same. */
  readonly stop: () => Promise<void>;
  /** Stops the run and forgets it. The function stays the same. */
  readonly reset: () => Promise<void>;
}

/**
 * Images from a prompt. The run is stopped when the component leaves.
 *
 * @param glide of `useGlide`; while it is undefined, `generate` ends with ModelNotLoadedError
 * @example
 * ```tsx
 * const { images, preview, progress, status, error, generate, stop } = useTextToImage(glide);
 * ```
 */
export function useTextToImage(
  glide: GlideLike | undefined,
  options: ImageRunOptions = {},
): ImageRunResult<"generate"> {
  return useImageRun("generate", glide, options);
}

/** Repaints a part of an image, as `glide.inpaint`. Otherwise as `useTextToImage`. */
export function useInpaint(
  glide: GlideLike | undefined,
  options: ImageRunOptions = {},
): ImageRunResult<"inpaint"> {
  return useImageRun("inpaint", glide, options);
}

/** An image from an image, as `glide.imageToImage`. Otherwise as `useTextToImage`. */
export function useImageToImage(
  glide: GlideLike | undefined,
  options: ImageRunOptions = {},
): ImageRunResult<"imageToImage"> {
  return useImageRun("imageToImage", glide, options);
}

/** An enlarged image, as `glide.upscale`. Otherwise as `useTextToImage`. */
export function useUpscale(
  glide: GlideLike | undefined,
  options: ImageRunOptions = {},
): ImageRunResult<"upscale"> {
  return useImageRun("upscale", glide, options);
}

/** Images between two, as `glide.interpolate`. Otherwise as `useTextToImage`. */
export function useInterpolate(
  glide: GlideLike | undefined,
  options: ImageRunOptions = {},
): ImageRunResult<"interpolate"> {
  return useImageRun("interpolate", glide, options);
}

function useImageRun<Name extends TaskName>(
  task: Name,
  glide: TaskMethods<Name> | undefined,
  options: ImageRunOptions,
): ImageRunResult<Name> {
  const [{ controller, store, actions }] = useState(() => {
    const controller = imageRun(task, { ...options, glide });
    const { subscribe, getSnapshot, generate, stop, reset } = controller;
    return {
      controller,
      store: { subscribe, getSnapshot, server: { ...getSnapshot() } },
      actions: { generate, stop, reset },
    };
  });
  // before any other effect, which may call `generate`
  useInsertionEffect(() => controller.configure({ ...options, glide }));
  // biome-ignore lint/correctness/useExhaustiveDependencies: another model stops the run on the former one
  useEffect(() => () => void controller.stop(), [controller, glide]);
  return useTracked(store, actions);
}
