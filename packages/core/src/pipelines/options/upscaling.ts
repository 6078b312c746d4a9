import { InvalidArgumentError } from "@glissade/graph";
import { type GaussianDiffusion, spacedDiffusion } from "../../diffusion/index.ts";
import type { StageName } from "../../model/description/components.ts";
import {
  MissingNetworkError,
  type ModelDescription,
  type StageDescription,
} from "../../model/description/read.ts";
import {
  type ResolvedSampler,
  resolveSampler,
  type SamplerOptions,
  type SamplerSettings,
} from "./sampler.ts";

/**
 * How the upsampler samples. Defaults: the model's own, or those of GLIDE's notebook (DDIM,
 * `"fast27"`, no guidance).
 */
export interface UpscalingOptions extends SamplerOptions {
  /**
   * By what the first noise is multiplied, above 0 up to 2: a little less than 1 makes smoother
   * images. Default: the model's own, or 0.997.
   */
  readonly temperature?: number;
}

export interface UpscalingSettings extends SamplerSettings {
  readonly temperature: number;
}

export interface ResolvedUpscaling extends Omit<ResolvedSampler, "settings"> {
  readonly network: StageDescription;
  /** The spaced diffusion. */
  readonly diffusion: GaussianDiffusion;
  readonly temperature: number;
  readonly settings: UpscalingSettings;
}

type UpsamplerName = Extract<StageName, "upsampler" | "upsampler_inpaint">;

/**
 * The upsampler's part of a run: undefined where it is left out, or where the model has none and
 * nobody asked for one.
 *
 * @throws as `upscalingBy`
 */
export function resolveUpscaling(
  options: boolean | UpscalingOptions | undefined,
  model: ModelDescription,
  preferred: UpsamplerName,
): ResolvedUpscaling | undefined {
  if (options === false || (options === undefined && !upsamplerOf(model, preferred)))
    return undefined;
  return upscalingBy(options === undefined || options === true ? {} : options, model, preferred);
}

/**
 * An upsampler's run.
 *
 * @param preferred `upsampler_inpaint` if an image is partly known; the plain upsampler takes
 * its place in a model without it
 * @throws InvalidArgumentError or UnknownNameError for an option that is wrong; MissingNetworkError
 * where the model has no upsampler
 */
export function upscalingBy(
  options: UpscalingOptions,
  model: ModelDescription,
  preferred: UpsamplerName,
): ResolvedUpscaling {
  if (typeof options !== "object" || options === null)
    throw new InvalidArgumentError({
      argument: "upscale",
      received: options,
      expected: "true, false, or options of the upsampler",
    });
  const network = upsamplerOf(model, preferred);
  if (!network) throw new MissingNetworkError({ model: model.label, network: "upsampler" });
  const { settings, ...parts } = resolveSampler(
    options,
    model.upscaling,
    network.process.numTimesteps,
  );
  const { temperature = model.upscaling.temperature } = options;
  if (!(temperature > 0 && temperature <= 2))
    throw new InvalidArgumentError({
      argument: "temperature",
      received: temperature,
      expected: "a number above 0 and up to 2, usually 0.997",
    });
  return {
    ...parts,
    network,
    diffusion: spacedDiffusion(network.process, settings.steps, settings.spacing),
    temperature,
    settings: { ...settings, temperature },
  };
}

function upsamplerOf(
  { stages }: ModelDescription,
  preferred: UpsamplerName,
): StageDescription | undefined {
  return stages.get(preferred) ?? stages.get("upsampler");
}
