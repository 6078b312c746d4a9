import { InvalidArgumentError } from "@glissade/core";
import { type GaussianDiffusion, qSample } from "@glissade/core/diffusion";
import { type TextToImageConfig, textToImageNetwork } from "@glissade/core/networks";
import type { GlideTokenizer } from "@glissade/core/text";
import { type Graph, GraphBuilder, simplify, tensor } from "@glissade/graph";
import type { GraphInputs } from "../engine/gradient-engine.ts";
import {
  diffusionLoss,
  lossCoefficientNames,
  lossCoefficients,
  type Objective,
  type TimestepSampler,
  type TimestepSamplerState,
  uniformTimesteps,
} from "../objectives/index.ts";
import { captionTokens } from "./caption-tokens.ts";
import { erasedRegions } from "./erased-regions.ts";
import { type LowResolution, lowResolution } from "./low-resolution.ts";
import { nearestNoise } from "./nearest-noise.ts";
import { originalTimesteps } from "./noised-images.ts";
import {
  meanOutput,
  type PreparedBatch,
  rowsOfOutput,
  shapesOf,
  type TrainingTask,
} from "./training-task.ts";

export interface DiffusionTaskOptions {
  readonly name: string;
  readonly config: TextToImageConfig;
  /** Side of the images in pixels. */
  readonly side: number;
  readonly process: GaussianDiffusion;
  readonly objective: Objective;
  readonly tokenizer: GlideTokenizer;
  /** Share of captions that become the empty sequence. Default 0. */
  readonly emptyShare?: number;
  /** Noises drawn for each image, of which it gets the nearest. Default 1. */
  readonly noiseCandidates?: number;
  /** For a super-resolution network. */
  readonly lowRes?: LowResolution;
  /** Default uniform. */
  readonly timesteps?: TimestepSampler;
}

/**
 * Denoising with GLIDE's network, or one of its variants by the config: a noised image, its step
 * and its caption in, the objective's loss out.
 *
 * @throws InvalidArgumentError where the tokenizer or the low resolution does not fit the network.
 * @see Ho, Jain & Abbeel 2020, algorithm 1; Nichol et al. 2021, section 4.1
 */
export function diffusionTask(options: DiffusionTaskOptions): TrainingTask {
  const {
    name,
    config,
    side,
    process,
    objective,
    tokenizer,
    emptyShare = 0,
    noiseCandidates = 1,
    lowRes,
  } = options;
  const timesteps = options.timesteps ?? uniformTimesteps(process.numTimesteps);
  assertFits(options);
  return {
    name,
    parameterShapes: () => shapesOf(diffusionLossGraph(options, 1)),
    lossGraph: (batch) => simplify(diffusionLossGraph(options, batch)),
    prepare({ images, captions }, random): PreparedBatch {
      const { t, weights } = timesteps.sample(captions.length, random("timesteps"));
      const noise = nearestNoise(images, noiseCandidates, random("noise"));
      const inputs: GraphInputs = {
        x0: images,
        noise,
        xt: qSample(process, images, t, noise),
        timesteps: originalTimesteps(process, t),
        coefficients: lossCoefficients(process, t, objective),
        weights: tensor([t.length], weights),
        ...(config.text && captionTokens(tokenizer, captions, emptyShare, random("captions"))),
        ...(config.inpainting && {
          inpaint_image: images,
          inpaint_mask: erasedRegions(captions.length, side, random("masks")),
        }),
        ...(config.superResolution &&
          lowRes && { low_res: lowResolution(images, lowRes, random("augmentation")) }),
      };
      return {
        inputs,
        finish(outputs) {
          timesteps.update(t, rowsOfOutput(outputs, "losses"));
          const [loss = Number.NaN, mse, vb] = [
            meanOutput(outputs, "loss"),
            meanOutput(outputs, "mse"),
            meanOutput(outputs, "vb"),
          ];
          return { loss, ...(mse !== undefined && { mse }), ...(vb !== undefined && { vb }) };
        },
      };
    },
    looksBack: options.timesteps !== undefined,
    state: () => timesteps.state(),
    // Checked by the sampler itself.
    restore: (state) => timesteps.restore(state as TimestepSamplerState),
  };
}

function diffusionLossGraph(
  { config, side, objective, lowRes }: DiffusionTaskOptions,
  batch: number,
): Graph {
  const g = new GraphBuilder();
  const image = (name: string, channels = config.imageChannels, size = side) =>
    g.input(name, [batch, channels, size, size]);
  const [x0, noise, xt] = [image("x0"), image("noise"), image("xt")];
  const timesteps = g.input("timesteps", [batch]);
  const coefficients = g.input("coefficients", [batch, lossCoefficientNames.length]);
  const weights = g.input("weights", [batch]);
  const context = config.text?.textContext;
  const output = textToImageNetwork(g, config, {
    x: xt,
    timesteps,
    ...(context !== undefined && {
      tokens: g.input("tokens", [batch, context], "int64"),
      mask: g.input("mask", [batch, context], "bool"),
    }),
    ...(config.inpainting && {
      inpaintImage: image("inpaint_image"),
      inpaintMask: image("inpaint_mask", 1),
    }),
    ...(config.superResolution &&
      lowRes && { lowRes: image("low_res", config.imageChannels, lowRes.side) }),
  });
  const { loss, mse, vb } = diffusionLoss(g, { output, x0, noise, xt, coefficients, objective });
  g.output("loss", g.div(g.sum(g.mul(loss, weights), [0]), batch));
  g.output("losses", loss);
  g.output("mse", mse);
  if (vb) g.output("vb", vb);
  return g.build();
}

function assertFits({ config, tokenizer, lowRes }: DiffusionTaskOptions): void {
  if (
    config.text &&
    (tokenizer.vocabularySize !== config.text.vocabularySize ||
      tokenizer.contextLength !== config.text.textContext)
  ) {
    throw new InvalidArgumentError({
      argument: "tokenizer",
      received: `${tokenizer.vocabularySize} tokens in rows of ${tokenizer.contextLength}`,
      expected: `${config.text.vocabularySize} tokens in rows of ${config.text.textContext}, as the network's config says`,
    });
  }
  if (config.superResolution && !lowRes)
    throw new InvalidArgumentError({
      argument: "lowRes",
      received: lowRes,
      expected: "how the low-resolution images of a super-resolution network are made",
    });
}
