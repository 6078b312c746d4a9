import type { Dim, Graph } from "@glissade/graph";
import {
  GraphBuilder,
  GraphError,
  gradient,
  knownLength,
  simplify,
  type Value,
} from "@glissade/graph";
import { attentionPool } from "../clip/attention-pool.ts";
import { crossEntropy, labelLogProbability, logSoftmax, meanOverBatch } from "../cross-entropy.ts";
import { convolution, groupNorm } from "../layers.ts";
import { timeEmbedding } from "../unet/unet.ts";
import { planUNet } from "../unet/unet-plan.ts";
import { walkDown } from "../unet/unet-walk.ts";
import type { AdmClassifierConfig } from "./config.ts";
import { admWalk, assertHalves } from "./unet.ts";

/**
 * guided-diffusion's noised classifier: the downward half of a U-Net on noisy images [B, 3, S, S]
 * and timesteps [B] (float32), pooled to logits [B, classes].
 *
 * @see Dhariwal & Nichol 2021, sections 4 and appendix H; openai/guided-diffusion, unet.py,
 * EncoderUNetModel
 */
export function admClassifier(
  g: GraphBuilder,
  x: Value,
  timesteps: Value,
  config: AdmClassifierConfig,
): Value {
  const { middle } = walkDown(
    g,
    x,
    timeEmbedding(g, timesteps, config.modelChannels),
    planUNet(config),
    admWalk(g, config),
  );
  const features = g.silu(groupNorm(g, middle, "out.0"));
  const channels = knownLength(features.dims, 1);
  if (config.pool === "attention")
    return attentionPool(g, features, "out.2", {
      heads: config.headChannels === -1 ? config.heads : channels / config.headChannels,
      outputs: config.classes,
    });
  const area = knownLength(features.dims, 2) * knownLength(features.dims, 3);
  const mean = g.div(g.sum(features, [2, 3], { keepDims: true }), area);
  return g.reshape(convolution(g, mean, "out.3", config.classes, { kernel: 1 }), [
    features.dims[0] as Dim,
    config.classes,
  ]);
}

export interface AdmClassifierGraphOptions {
  /**
   * Side of the square images in pixels. Default the config's; with attention pooling the weights
   * fit no other.
   */
  readonly size?: number;
}

/**
 * The classifier alone. Inputs `x` [batch, 3, S, S] and `timesteps` [batch] (float32). Outputs
 * `logits` and `log_probs` [batch, classes].
 */
export function admClassifierGraph(
  config: AdmClassifierConfig,
  options: AdmClassifierGraphOptions = {},
): Graph {
  const g = new GraphBuilder();
  const logits = admClassifier(g, ...imageInputs(g, config, options, "batch"), config);
  g.output("logits", logits);
  g.output("log_probs", logSoftmax(g, logits, 1));
  return simplify(g.build());
}

/**
 * One step's work of classifier guidance. Inputs `x` and `timesteps` as for `admClassifierGraph`,
 * `y` [batch] (int64), the class that each row is steered to, and `scale` [batch] (float32), by
 * which each row's gradient is multiplied (the reference's `classifier_scale`). Outputs
 * `log_probability` [batch], log p(y | x_t), and `grad.x` [batch, 3, S, S], scale times its
 * derivative.
 *
 * @see Dhariwal & Nichol 2021, section 4.1
 */
export function admClassifierGuidanceGraph(
  config: AdmClassifierConfig,
  options: AdmClassifierGraphOptions = {},
): Graph {
  const g = new GraphBuilder();
  const logits = admClassifier(g, ...imageInputs(g, config, options, "batch"), config);
  g.output("log_probability", labelLogProbability(g, logits, g.input("y", ["batch"], "int64")));
  return gradient(g.build(), { of: "log_probability", withRespectTo: ["x"], cotangent: "scale" });
}

/**
 * What trains the classifier, for `gradient` to be applied to. Inputs `x`, `timesteps` and `y`
 * [batch] (int64). Outputs `loss` (a scalar: the mean cross entropy), `losses` [batch] and `logits`
 * [batch, classes].
 */
export function admClassifierLossGraph(
  config: AdmClassifierConfig,
  { batch, ...options }: AdmClassifierGraphOptions & { readonly batch: number },
): Graph {
  const g = new GraphBuilder();
  const logits = admClassifier(g, ...imageInputs(g, config, options, batch), config);
  const losses = crossEntropy(g, logits, g.input("y", [batch], "int64"));
  g.output("loss", meanOverBatch(g, losses));
  g.output("losses", losses);
  g.output("logits", logits);
  return simplify(g.build());
}

/**
 * @throws GraphError where the size is unknown or cannot be halved as often as the network does.
 */
function imageInputs(
  g: GraphBuilder,
  config: AdmClassifierConfig,
  { size = config.imageSize }: AdmClassifierGraphOptions,
  batch: Dim,
): [Value, Value] {
  if (size === undefined)
    throw new GraphError("The classifier's config has no image_size: say the size of the images.");
  assertHalves(config, { height: size, width: size });
  return [g.input("x", [batch, config.imageChannels, size, size]), g.input("timesteps", [batch])];
}
