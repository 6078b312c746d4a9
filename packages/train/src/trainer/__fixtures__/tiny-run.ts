import { betaSchedule, gaussianDiffusion } from "@glissade/core/diffusion";
import type { GlideTokenizer } from "@glissade/core/text";
import { parseTextToImageConfig } from "@glissade/core/networks";
import { type ArrayData, dataFromArrays, type TrainingData } from "../../data/index.ts";
import type { GradientEngine, LossGraph } from "../../engine/gradient-engine.ts";
import { lossSecondMoment, objective } from "../../objectives/index.ts";
import { constantRate, ParameterStore } from "../../optimisers/index.ts";
import { diffusionTask, type TrainingTask } from "../../tasks/index.ts";
import { initialise } from "../initialise.ts";
import type { TrainOptions } from "../train.ts";

/**
 * A diffusion network of 68 thousand parameters on images of 4 x 4 pixels, with everything that a
 * large one has.
 */
export const config = parseTextToImageConfig({
  image_size: 4,
  num_channels: 32,
  num_res_blocks: 1,
  channel_mult: [1],
  attention_resolutions: [2],
  num_head_channels: 32,
  text_ctx: 3,
  xf_width: 8,
  xf_layers: 1,
  xf_heads: 1,
  xf_final_ln: true,
  xf_padding: true,
  n_vocab: 27,
});
export const side = 4;
export const partSize = 2;
export const batchSize = 4;
export const seed = 11;

/** A token a letter: 0 to 25, then the end token. */
export const letters: GlideTokenizer = {
  vocabularySize: 27,
  contextLength: 3,
  endToken: 26,
  encode: (text) => Array.from(text, (letter) => letter.charCodeAt(0) - 97),
  decode: (ids) => Array.from(ids, (id) => String.fromCharCode(97 + id)).join(""),
  paddedTokensAndMask(text, length = 3) {
    const ids = this.encode(text).slice(0, length);
    return {
      tokens: Int32Array.from({ length }, (_, i) => ids[i] ?? 26),
      mask: Array.from({ length }, (_, i) => i < ids.length),
      truncated: text.length > length,
    };
  },
};

/** Captions are dropped, and steps are drawn by the losses that they had. */
export function tinyTask(): TrainingTask {
  const process = gaussianDiffusion(betaSchedule("squaredcos_cap_v2", 4));
  const timesteps = lossSecondMoment(process.numTimesteps, { history: 2 });
  return diffusionTask({ name: "tiny", config, side, process, objective: objective(), tokenizer: letters, emptyShare: 0.3, timesteps });
}

export function tinyLoss(task: TrainingTask): LossGraph {
  const parameters = new ParameterStore(task.parameterShapes(), { shared: true });
  return { graph: task.lossGraph(partSize), parameters };
}

/** Two images, which a network can learn by heart. */
export function tinyData(options: Partial<ArrayData> = {}): TrainingData {
  const pixels = Uint8Array.from({ length: 2 * side * side * 3 }, (_, i) => (i < side * side * 3 ? (i % 3) * 127 : 255 - (i % 5) * 50));
  return dataFromArrays({ pixels, side, captions: ["red", ["blu", "sky"]], seed, mirror: true, ...options });
}

/** A run of 12 steps from new weights, with a checkpoint after every one. */
export function tinyRun(folder: string, engine: GradientEngine, parameters: ParameterStore): TrainOptions {
  initialise(parameters, seed);
  return {
    task: tinyTask(),
    data: tinyData(),
    parameters,
    engine,
    folder,
    config: { network: "tiny" },
    seed,
    steps: 12,
    batchSize,
    partSize,
    learningRate: constantRate(1e-3, { warmUp: 5 }),
    averages: [{ decay: 0.9, warmUp: true }],
    checkpointMinutes: 0,
  };
}
