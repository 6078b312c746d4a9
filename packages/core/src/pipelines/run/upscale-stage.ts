import { mapTensor, type Tensor } from "@glissade/graph";
import { quantizeLowResolution } from "../../image/index.ts";
import type { SettledUpscaling } from "../options/sampling.ts";
import type { ModelNetworks, OpenStage } from "./model-networks.ts";
import type { NetworkStep } from "./sampling-loop.ts";
import { withLease } from "./shared-resource.ts";
import { type Held, runNetwork } from "./stage.ts";
import { tiledNetwork } from "./tiled-network.ts";

/** What is enlarged. */
export interface SmallImages {
  /** `[count, 3, h, w]` */
  readonly lowRes: Tensor;
  /** Side of the small images that the network enlarges; larger ones are enlarged in tiles. */
  readonly lowSide: number;
  /** What the large images are held to. */
  readonly held?: Held | undefined;
  readonly seeds: readonly number[];
  readonly signal: AbortSignal | undefined;
}

/**
 * The cascade's second half: the upsampler from noise, conditioned on the small images rounded to
 * 8-bit levels, as it was trained.
 *
 * @returns the images, `[count, 3, H, W]`
 * @see Nichol et al. 2021, section 4.1; the text2im notebook of openai/glide-text2im
 */
export function upscaledImages(
  networks: ModelNetworks,
  settled: SettledUpscaling,
  small: SmallImages,
): AsyncGenerator<NetworkStep, Tensor, void> {
  const { network, noise, temperature } = settled;
  const { lowRes, lowSide, held } = small;
  const [count = 0, , height = 0, width = 0] = lowRes.dims;
  const factor = network.imageSize / lowSide;
  return withLease(
    () => networks.stage(network.name, small.signal),
    (open) => {
      const start = noise([count, network.config.imageChannels, height * factor, width * factor]);
      const isTiled = height !== lowSide || width !== lowSide;
      return runNetwork(
        isTiled ? tiled(open, lowSide) : open,
        settled,
        {
          x: temperature === 1 ? start : mapTensor(start, (value) => temperature * value),
          denoisedFn: held?.denoisedFn,
          conditions: { ...held?.conditions, low_res: quantizeLowResolution(lowRes) },
        },
        small,
      );
    },
  );
}

function tiled(open: OpenStage, lowSide: number): OpenStage {
  const { imageSize: side } = open.description;
  return { ...open, network: tiledNetwork(open.network, { side, lowSide }) };
}
