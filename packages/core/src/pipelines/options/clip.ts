import { InvalidArgumentError } from "@glissade/graph";
import type { ScaleSchedule } from "../../guidance/index.ts";
import { baseSizeOf, clipOf, type ModelDescription } from "../../model/description/read.ts";

export interface ClipGuidanceOptions {
  /**
   * s: by what the gradient of the similarity is multiplied, at least 0. A schedule changes it over
   * the run. Default 3, that of GLIDE's notebook.
   */
  readonly scale?: number | ScaleSchedule;
  /**
   * What CLIP looks at. `"x"` (default): the noisy image, for which GLIDE's noised CLIP was
   * trained; its gradient costs little. `"x0"`: the image that the base network expects behind
   * the noise; the gradient goes through the whole network, costs some three of its passes, and
   * serves a CLIP that knows clean images only.
   */
  readonly through?: "x" | "x0";
}

/** Plain data; undefined where the scale is a schedule. */
export type ClipGuidanceSettings =
  | { readonly scale: number; readonly through: "x" | "x0" }
  | undefined;

export interface ResolvedClipGuidance {
  readonly scale: number | ScaleSchedule;
  readonly through: "x" | "x0";
  readonly settings: ClipGuidanceSettings;
}

/**
 * @throws InvalidArgumentError where the scale is none; MissingNetworkError where the model has no
 * CLIP
 */
export function resolveClipGuidance(
  options: number | ClipGuidanceOptions | undefined,
  model: ModelDescription,
): ResolvedClipGuidance | undefined {
  if (options === undefined || options === 0) return undefined;
  if (typeof options !== "number" && (typeof options !== "object" || options === null))
    throw new InvalidArgumentError({
      argument: "clipGuidance",
      received: options,
      expected: "a finite scale of at least 0, or options with one",
    });
  const { scale = 3, through = "x" } = typeof options === "number" ? { scale: options } : options;
  if (typeof scale !== "function" && !(scale >= 0 && scale < Infinity))
    throw new InvalidArgumentError({
      argument: "clipGuidance",
      received: scale,
      expected: "a finite scale of at least 0, or options with one",
    });
  if (through !== "x" && through !== "x0")
    throw new InvalidArgumentError({
      argument: "clipGuidance.through",
      received: through,
      expected: '"x" or "x0"',
    });
  const { imageSize, timesteps } = clipOf(model).config.image;
  const side = baseSizeOf(model);
  if (imageSize !== side || (timesteps === 0 && through === "x")) {
    throw new InvalidArgumentError({
      argument: "clipGuidance",
      received: `a CLIP of ${imageSize} pixels and ${timesteps} timesteps`,
      expected: `a noised CLIP of ${side} pixels, as the base network's`,
      ...(imageSize === side && {
        hint: 'With { through: "x0" } one that knows clean images only can guide too.',
      }),
    });
  }
  return { scale, through, settings: typeof scale === "function" ? undefined : { scale, through } };
}
