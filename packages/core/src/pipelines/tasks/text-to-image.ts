import { stageOf } from "../../model/description/read.ts";
import { type SamplingOptions, settle } from "../options/sampling.ts";
import { cascade, type GenerateResult, type PipelineParts, pureNoise } from "../run/cascade.ts";
import type { GenerateStep } from "../run/sampling-loop.ts";

/**
 * Text to image: the base network from pure noise, then the upsampler if the model has one.
 *
 * @see Nichol et al. 2021, section 4
 */
export async function* textToImage(
  parts: PipelineParts,
  options: SamplingOptions,
): AsyncGenerator<GenerateStep, GenerateResult, void> {
  const settled = settle(options, parts.model, stageOf(parts.model, "base"));
  return yield* cascade(parts, settled, { x: pureNoise(settled) });
}
