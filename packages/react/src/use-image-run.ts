import type { GlideLike } from "@glissade/core";
import {
  type ImageRunMethod,
  type ImageRunSettings,
  type ImageRunSnapshot,
  type ImageRuns,
  imageRun,
  type RunnableGlide,
} from "@glissade/core/store";
import { useEffect, useInsertionEffect, useState } from "react";
import { useTracked } from "./use-tracked.ts";

/** Whether and how often previews are made, and whether steps are kept. */
export type ImageRunOptions = Omit<ImageRunSettings<ImageRunMethod>, "glide">;

/**
 * The state of a run, and what can be done. Only fields that a component reads make it render anew.
 */
export interface ImageRunResult<Method extends ImageRunMethod>
  extends ImageRunSnapshot<ImageRuns[Method]["result"]> {
  /**
   * Makes pictures; a run that goes on is stopped first. Resolves to undefined where it was
   * stopped. Rejects with what went wrong, which `error` has too; ignoring the promise causes no
   * unhandled rejection. The function stays the same.
   */
  readonly generate: (
    options: ImageRuns[Method]["options"],
  ) => Promise<ImageRuns[Method]["result"] | undefined>;
  /** Stops the run, with the last preview left. The function stays the same. */
  readonly stop: () => Promise<void>;
  /** Stops the run and forgets it. The function stays the same. */
  readonly reset: () => Promise<void>;
}

/**
 * Pictures from a prompt. The run is stopped when the component leaves.
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
): ImageRunResult<"stream"> {
  return useImageRun("stream", glide, options);
}

/** A part of a picture anew, as `glide.inpaint`. Otherwise as `useTextToImage`. */
export function useInpaint(
  glide: GlideLike | undefined,
  options: ImageRunOptions = {},
): ImageRunResult<"streamInpaint"> {
  return useImageRun("streamInpaint", glide, options);
}

/** A picture from a picture, as `glide.edit`. Otherwise as `useTextToImage`. */
export function useImageToImage(
  glide: GlideLike | undefined,
  options: ImageRunOptions = {},
): ImageRunResult<"streamEdit"> {
  return useImageRun("streamEdit", glide, options);
}

/** A picture enlarged, as `glide.upscale`. Otherwise as `useTextToImage`. */
export function useUpscale(
  glide: GlideLike | undefined,
  options: ImageRunOptions = {},
): ImageRunResult<"streamUpscale"> {
  return useImageRun("streamUpscale", glide, options);
}

/** Pictures between two, as `glide.interpolate`. Otherwise as `useTextToImage`. */
export function useInterpolate(
  glide: GlideLike | undefined,
  options: ImageRunOptions = {},
): ImageRunResult<"streamInterpolate"> {
  return useImageRun("streamInterpolate", glide, options);
}

function useImageRun<Method extends ImageRunMethod>(
  method: Method,
  glide: RunnableGlide<Method> | undefined,
  options: ImageRunOptions,
): ImageRunResult<Method> {
  const [{ controller, store, actions }] = useState(() => {
    const controller = imageRun(method, { ...options, glide });
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
