import type { GraphBuilder, Value } from "@glissade/graph";
import { convolution, groupNorm, linear } from "../layers.ts";
import { attentionBlock } from "./blocks.ts";
import { timestepEmbedding } from "./timestep-embedding.ts";
import type { UNetPlan } from "./unet-plan.ts";
import { type WalkOptions, walkDown, walkUp } from "./unet-walk.ts";

export interface UNetOptions extends Pick<WalkOptions, "scaleShiftNorm" | "onBlock"> {
  readonly plan: UNetPlan;
  readonly outChannels: number;
  /**
   * The text's keys and values for an attention layer, by the layer's prefix; undefined without
   * text.
   */
  readonly textKv: (prefix: string) => Value | undefined;
}

/**
 * GLIDE's U-Net between its input convolution and its output convolution.
 *
 * @param x [B, C, H, W], everything the network sees already concatenated
 * @param embedding [B, 4 · modelChannels], timestep and condition
 * @see Dhariwal & Nichol 2021, section 3
 */
export function unet(
  g: GraphBuilder,
  x: Value,
  embedding: Value,
  { plan, outChannels, textKv, ...rest }: UNetOptions,
): Value {
  const options: WalkOptions = {
    ...rest,
    attention: (h, { prefix, heads }) =>
      attentionBlock(g, h, prefix, { heads, textKv: textKv(prefix) }),
  };
  return unetOutput(
    g,
    walkUp(g, walkDown(g, x, embedding, plan, options), embedding, plan, options),
    outChannels,
  );
}

/** The last features [B, C, H, W] to the network's answer. */
export function unetOutput(g: GraphBuilder, features: Value, outChannels: number): Value {
  return convolution(g, g.silu(groupNorm(g, features, "out.0")), "out.2", outChannels);
}

/**
 * Timesteps [B] to the embedding [B, 4 · modelChannels]: sinusoids, then two layers with SiLU
 * between.
 */
export function timeEmbedding(g: GraphBuilder, timesteps: Value, modelChannels: number): Value {
  const hidden = g.silu(
    linear(g, timestepEmbedding(g, timesteps, modelChannels), "time_embed.0", 4 * modelChannels),
  );
  return linear(g, hidden, "time_embed.2", 4 * modelChannels);
}
