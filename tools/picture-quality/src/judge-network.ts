import {
  convolution,
  crossEntropy,
  linear,
  logSoftmax,
  meanOverBatch,
} from "@glissade/core/networks";
import { type Dim, type Graph, GraphBuilder, simplify, type Value } from "@glissade/graph";

/** Side in pixels of the images that the judge looks at. */
export const judgeSide = 32;

/** Shape of the judge: a small residual network. */
export interface JudgeShape {
  /** How many things it tells apart. */
  readonly things: number;
  /** Channels at 16, 8 and 4 pixels. */
  readonly channels: readonly [number, number, number];
}

export const judgeChannels = [64, 96, 160] as const;

/** Of group normalisation: 32, as U-Nets have them, would be one or two channels each. */
const groups = 8;

/** The logits [batch, things] of images [batch, 3, 32, 32] in [-1, 1]. */
function judgeLogits(g: GraphBuilder, x: Value, { things, channels }: JudgeShape): Value {
  const [fine, middle, coarse] = channels;
  let h = stem(g, x, fine);
  h = block(g, h, "blocks.0", fine);
  h = block(g, h, "blocks.1", middle, true);
  h = block(g, h, "blocks.2", middle);
  h = block(g, h, "blocks.3", coarse, true);
  const side = judgeSide / 8;
  const features = activated(g, h, "last", coarse);
  const mean = g.div(g.sum(features, [2, 3]), side * side);
  return linear(g, mean, "head", things);
}

/** Patches of 4 x 4 that overlap by half: all further work is done at 16 pixels and less. */
function stem(g: GraphBuilder, x: Value, outputs: number): Value {
  const weight = g.parameter("stem.weight", [outputs, 3, 4, 4]);
  return g.conv2d(x, weight, g.parameter("stem.bias", [outputs]), { stride: 2, padding: [1, 1] });
}

/** Norm, SiLU, convolution, twice, plus the input. `proj_out` begins at zero, by its name. */
function block(g: GraphBuilder, x: Value, prefix: string, outputs: number, halves = false): Value {
  const inputs = Number(x.dims[1]);
  const halved = (value: Value) => (halves ? g.averagePool(value, 2) : value);
  const first = halved(activated(g, x, `${prefix}.norm_in`, inputs));
  const h = convolution(g, first, `${prefix}.conv`, outputs);
  const second = activated(g, h, `${prefix}.norm_out`, outputs);
  const residual = convolution(g, second, `${prefix}.proj_out`, outputs);
  const skip = halved(x);
  return g.add(
    inputs === outputs ? skip : convolution(g, skip, `${prefix}.skip`, outputs, { kernel: 1 }),
    residual,
  );
}

function activated(g: GraphBuilder, x: Value, prefix: string, channels: number): Value {
  const weight = g.parameter(`${prefix}.weight`, [channels]);
  const bias = g.parameter(`${prefix}.bias`, [channels]);
  return g.silu(g.groupNorm(x, weight, bias, { groups }));
}

function imagesInput(g: GraphBuilder, batch: Dim): Value {
  return g.input("x", [batch, 3, judgeSide, judgeSide]);
}

/** The judge at work: `x` [batch, 3, 32, 32] to `log_probs` [batch, things]. */
export function judgeGraph(shape: JudgeShape): Graph {
  const g = new GraphBuilder();
  g.output("log_probs", logSoftmax(g, judgeLogits(g, imagesInput(g, "batch"), shape), 1));
  return simplify(g.build());
}

/** The judge with nothing simplified: its parameters as checkpoints store them. */
export function plainJudgeGraph(shape: JudgeShape): Graph {
  const g = new GraphBuilder();
  g.output("logits", judgeLogits(g, imagesInput(g, 1), shape));
  return g.build();
}

export interface JudgeLossOptions {
  readonly batch: number;
  /** The share of a target that is spread evenly over all things. */
  readonly smoothing: number;
}

/**
 * What trains the judge: inputs `x` and `y` [batch] (int64); outputs `loss`, the mean cross entropy
 * with smoothed labels, and `logits` [batch, things].
 *
 * @see Szegedy et al. 2016, arXiv 1512.00567, section 7, on smoothed labels
 */
export function judgeLossGraph(shape: JudgeShape, { batch, smoothing }: JudgeLossOptions): Graph {
  const g = new GraphBuilder();
  const logits = judgeLogits(g, imagesInput(g, batch), shape);
  const right = meanOverBatch(g, crossEntropy(g, logits, g.input("y", [batch], "int64")));
  const evenly = meanOverBatch(g, g.sum(logSoftmax(g, logits, 1), [1]));
  const spread = g.mul(evenly, -smoothing / shape.things);
  g.output("loss", g.add(g.mul(right, 1 - smoothing), spread));
  g.output("logits", logits);
  return simplify(g.build());
}
