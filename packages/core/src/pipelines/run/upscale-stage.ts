import { mapTensor, type Tensor } from "@glissade/graph";
import type { GaussianDiffusion } from "../../diffusion/index.ts";
import { quantizeLowResolution } from "../../image/index.ts";
import type { ResolvedUpscaling } from "../options/upscaling.ts";
import type { ModelNetworks } from "./model-networks.ts";
import type { GenerateStep } from "./sampling-loop.ts";
import { runStage, type StageRunOptions } from "./stage.ts";
import { tiledNetwork } from "./tiled-network.ts";

export interface UpscaleStageOptions
  extends Pick<
    StageRunOptions,
    | "tokenizer"
    | "prompts"
    | "negativePrompt"
    | "noise"
    | "seeds"
    | "before"
    | "total"
    | "denoisedFn"
    | "conditions"
    | "signal"
  > {
  readonly upscaling: ResolvedUpscaling;
  readonly process: GaussianDiffusion;
  /** The small pictures, [count, 3, h, w]. */
  readonly lowRes: Tensor;
  /** Side of the small pictures that the network enlarges; larger ones are enlarged in tiles. */
  readonly lowSide: number;
}

/**
 * The cascade's second half: the upsampler from noise, seeing the small pictures rounded to 8-bit
 * levels, as it was trained to.
 *
 * @returns the pictures, [count, 3, H, W]
 * @see Nichol et al. 2021, section 4.1; the text2im notebook of openai/glide-text2im
 */
export async function* upscaleStage(
  networks: ModelNetworks,
  { upscaling, lowRes, lowSide, noise, conditions, ...run }: UpscaleStageOptions,
): AsyncGenerator<GenerateStep, Tensor, void> {
  const { stage: description, settings, sampler, guidance } = upscaling;
  const [count = 0, , height = 0, width = 0] = lowRes.dims;
  const factor = description.imageSize / lowSide;
  const { value: stage, release } = await networks.stage(description.name, run.signal);
  try {
    const start = noise([count, description.config.imageChannels, height * factor, width * factor]);
    const isTiled = height !== lowSide || width !== lowSide;
    return yield* runStage({
      ...run,
      stage: isTiled
        ? {
            ...stage,
            network: tiledNetwork(stage.network, { side: description.imageSize, lowSide }),
          }
        : stage,
      sampler,
      guidance,
      noise,
      x:
        settings.temperature === 1
          ? start
          : mapTensor(start, (value) => settings.temperature * value),
      conditions: { ...conditions, low_res: quantizeLowResolution(lowRes) },
    });
  } finally {
    await release();
  }
}
