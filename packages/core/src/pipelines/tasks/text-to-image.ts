import { stageOf } from "../../model/description/read.ts";
import { resolveSampling, type SamplingOptions } from "../options/sampling.ts";
import { type GenerateResult, type PipelineParts, pureNoise, runCascade } from "../run/cascade.ts";
import type { GenerateStep } from "../run/sampling-loop.ts";

/**
 * Text to image: the base network from pure noise, then the upsampler where the model has one.
 *
 * @see Nichol et al. 2021, section 4
 */
export function textToImage(
  parts: PipelineParts,
  options: SamplingOptions,
): AsyncGenerator<GenerateStep, GenerateResult, void> {
  const stage = stageOf(parts.model, "base");
  const resolved = resolveSampling(options, parts.model, stage);
  return runCascade(parts, {
    stage,
    resolved,
    begin: (process, noise) => ({
      x: pureNoise(stage, resolved.settings.count, noise),
      steps: process.numTimesteps,
    }),
    signal: options.signal,
  });
}
