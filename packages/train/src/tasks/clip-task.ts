import { InvalidArgumentError } from "@glissade/core";
import type { GaussianDiffusion } from "@glissade/core/diffusion";
import {
  type ClipConfig,
  clipContrastiveGraph,
  clipImageTower,
  clipTextTower,
} from "@glissade/core/networks";
import { type ClipTokenizer, clipTextInputs } from "@glissade/core/text";
import { GraphBuilder } from "@glissade/graph";
import type { GraphInputs } from "../engine/gradient-engine.ts";
import { noisedImages } from "./noised-images.ts";
import {
  meanOutput,
  type ParameterShape,
  rowsOfOutput,
  shapesOf,
  type TrainingTask,
} from "./training-task.ts";

/** Cosines are multiplied by 100 at most: CLIP's training is unstable beyond. */
const maxLogitScale = Math.log(100);

export interface ClipTaskOptions {
  readonly name: string;
  readonly config: ClipConfig;
  /** Makes the noise. A CLIP without timesteps in its config sees clean images and needs none. */
  readonly process: GaussianDiffusion;
  /** With the config's vocabulary; rows have the config's length. */
  readonly tokenizer: ClipTokenizer;
  /**
   * Learn by what cosines are multiplied, as the parameter `logit_scale`, its logarithm; otherwise
   * it stays the config's. Default true.
   */
  readonly learnLogitScale?: boolean;
}

/**
 * GLIDE's noised CLIP: images at uniform steps of the process and their captions in, the
 * symmetric contrastive loss out. Pairs are told apart within a part of the batch: parts should be
 * large, and every caption in them another.
 *
 * The parameters of both towers lie in one store, their names after `image_encoder.` and
 * `text_encoder.`; `splitClipTowers` makes the reference's two files of them.
 *
 * @throws InvalidArgumentError where the tokenizer or the process does not fit the network.
 * @see Radford et al. 2021, arXiv 2103.00020, section 2.3 and figure 3; Nichol et al. 2021, section
 * 4.4
 */
export function clipTask(options: ClipTaskOptions): TrainingTask {
  const { name, config, process, tokenizer, learnLogitScale = true } = options;
  assertFits(options);
  return {
    name,
    parameterShapes: () => clipParameterShapes(config, learnLogitScale),
    lossGraph: (batch) => clipContrastiveGraph(config, { batch, learnLogitScale }),
    prepare: ({ images, captions }, random) => ({
      inputs: {
        ...(config.image.timesteps === 0 ? { x: images } : noisedImages(process, images, random)),
        ...clipTextInputs(tokenizer, captions, config.text.textContext),
      },
      finish: (outputs) => ({
        loss: meanOutput(outputs, "loss") ?? Number.NaN,
        accuracy: pairAccuracy(outputs, config.embeddingChannels),
      }),
    }),
    ...(learnLogitScale && {
      constrain(parameters) {
        const scale = parameters.view("logit_scale");
        scale[0] = Math.min(scale[0] as number, maxLogitScale);
      },
    }),
    looksBack: false,
    state: () => undefined,
    restore() {},
  };
}

/**
 * The share of images whose own caption is nearest of all in their part, and of captions whose
 * own image is: both directions together. Equals, such as a caption that is there twice, count as
 * found.
 */
function pairAccuracy(outputs: readonly GraphInputs[], channels: number): number {
  let [found, asked] = [0, 0];
  for (const part of outputs) {
    const [image, text] = [rowsOfOutput([part], "image"), rowsOfOutput([part], "text")];
    const pairs = image.length / channels;
    const cosine = (i: number, j: number) => {
      let sum = 0;
      for (let k = 0; k < channels; k++)
        sum += (image[i * channels + k] as number) * (text[j * channels + k] as number);
      return sum;
    };
    const others = Array.from({ length: pairs }, (_, j) => j);
    for (let i = 0; i < pairs; i++) {
      const own = cosine(i, i);
      if (others.every((j) => cosine(i, j) <= own)) found++;
      if (others.every((j) => cosine(j, i) <= own)) found++;
      asked += 2;
    }
  }
  return found / asked;
}

function clipParameterShapes(config: ClipConfig, learnLogitScale: boolean): ParameterShape[] {
  const g = new GraphBuilder();
  const { imageSize, timesteps } = config.image;
  const steps = timesteps === 0 ? undefined : g.input("timesteps", [1]);
  clipImageTower(g, g.input("x", [1, 3, imageSize, imageSize]), steps, config, {
    prefix: "image_encoder.",
  });
  clipTextTower(
    g,
    g.input("tokens", [1, config.text.textContext], "int64"),
    g.input("lengths", [1], "int64"),
    config,
    { prefix: "text_encoder." },
  );
  if (learnLogitScale) g.parameter("logit_scale", []);
  return shapesOf(g.build());
}

function assertFits({ config, process, tokenizer }: ClipTaskOptions): void {
  const { vocabularySize } = config.text;
  if (tokenizer.vocabularySize !== vocabularySize)
    throw new InvalidArgumentError({
      argument: "tokenizer",
      received: `${tokenizer.vocabularySize} tokens`,
      expected: `${vocabularySize} tokens, as the network's config says`,
    });
  const { timesteps } = config.image;
  const last = Math.max(...process.timestepMap);
  if (timesteps > 0 && last >= timesteps)
    throw new InvalidArgumentError({
      argument: "process",
      received: `${last + 1} steps`,
      expected: `at most ${timesteps}, as the network's config says`,
    });
}
