import type { Graph } from "@glissade/graph";
import { GraphBuilder, GraphError, simplify, type Value } from "@glissade/graph";
import type { ImageSize } from "../bilinear-resize.ts";
import { attentionBlock } from "../unet/blocks.ts";
import { timeEmbedding, unetOutput } from "../unet/unet.ts";
import { planUNet } from "../unet/unet-plan.ts";
import { type WalkOptions, walkDown, walkUp } from "../unet/unet-walk.ts";
import type { AdmConfig, AdmShape } from "./config.ts";

export interface AdmGraphOptions extends ImageSize {
  /** Also give every block's output, named as the reference names the block. */
  readonly blockOutputs?: boolean;
}

/**
 * guided-diffusion's U-Net for one denoising step.
 *
 * Inputs `x` [batch, 3, H, W], `timesteps` [batch] (float32, steps of the original process) and,
 * for a class-conditional network, `y` [batch] (int64). Output `output` [batch, outChannels, H, W].
 *
 * @throws GraphError where the sides cannot be halved as often as the network does
 * @see Dhariwal & Nichol 2021, section 3; openai/guided-diffusion, unet.py, UNetModel
 */
export function admGraph(
  config: AdmConfig,
  { height, width, blockOutputs = false }: AdmGraphOptions,
): Graph {
  assertHalves(config, { height, width });
  const g = new GraphBuilder();
  const x = g.input("x", ["batch", config.imageChannels, height, width]);
  const time = timeEmbedding(g, g.input("timesteps", ["batch"]), config.modelChannels);
  const embedding =
    config.classes === undefined
      ? time
      : g.add(
          time,
          classEmbedding(g, g.input("y", ["batch"], "int64"), config.classes, config.modelChannels),
        );
  const plan = planUNet(config);
  const options: WalkOptions = {
    ...admWalk(g, config),
    ...(blockOutputs && { onBlock: (name: string, value: Value) => g.output(name, value) }),
  };
  const features = walkUp(g, walkDown(g, x, embedding, plan, options), embedding, plan, options);
  g.output("output", unetOutput(g, features, config.outChannels));
  return simplify(g.build());
}

/** How the blocks of guided-diffusion's networks are built. */
export function admWalk(g: GraphBuilder, { scaleShiftNorm, qkvFirst }: AdmShape): WalkOptions {
  return {
    scaleShiftNorm,
    attention: (x, { prefix, heads }) => attentionBlock(g, x, prefix, { heads, qkvFirst }),
  };
}

/** @throws GraphError where the sides cannot be halved as often as the network does. */
export function assertHalves({ channelMultipliers }: AdmShape, { height, width }: ImageSize): void {
  const halvings = channelMultipliers.length - 1;
  if (height % 2 ** halvings !== 0 || width % 2 ** halvings !== 0)
    throw new GraphError(
      `This network halves its images ${halvings} times: ${height} x ${width} must be multiples of ${2 ** halvings}.`,
    );
}

/** A learned row a class, [B, 4 · modelChannels], added to the timestep's embedding. */
function classEmbedding(
  g: GraphBuilder,
  labels: Value,
  classes: number,
  modelChannels: number,
): Value {
  return g.gather(g.parameter("label_emb.weight", [classes, 4 * modelChannels]), labels);
}
