import type { GraphBuilder, Value } from "../graph/builder.ts";
import { GraphError } from "../graph/operation.ts";
import { convolution, groupNorm, linear } from "./layers.ts";
import { timestepEmbedding } from "./timestep-embedding.ts";
import { attentionBlock, residualBlock } from "./unet-blocks.ts";
import type { PlannedBlock, PlannedModule, UNetPlan } from "./unet-plan.ts";

export interface UNetOptions {
  readonly plan: UNetPlan;
  readonly modelChannels: number;
  readonly outChannels: number;
  readonly scaleShiftNorm: boolean;
  /** The text's keys and values for an attention layer, by the layer's prefix; undefined without text. */
  readonly textKv: (prefix: string) => Value | undefined;
  /** Called with every block's output: for comparing a network with a reference block by block. */
  readonly onBlock?: (name: string, output: Value) => void;
}

/**
 * ADM's U-Net between its input convolution and its output convolution.
 *
 * @param x [B, C, H, W], everything the network sees already concatenated
 * @param embedding [B, 4 · modelChannels], timestep and condition
 * @see Dhariwal & Nichol 2021, section 3
 */
export function unet(g: GraphBuilder, x: Value, embedding: Value, options: UNetOptions): Value {
  const { plan, outChannels, onBlock } = options;
  const run = (block: PlannedBlock, value: Value): Value => {
    const output = block.modules.reduce((h, module) => applyModule(g, h, embedding, module, options), value);
    onBlock?.(block.name, output);
    return output;
  };

  const kept: Value[] = [];
  let h = x;
  for (const block of plan.input) {
    h = run(block, h);
    kept.push(h);
  }
  h = run(plan.middle, h);
  for (const block of plan.output) {
    const skip = kept.pop();
    if (!skip) throw new GraphError("The U-Net's plan has more blocks upward than downward.");
    h = run(block, g.concat([h, skip], 1));
  }
  return convolution(g, g.silu(groupNorm(g, h, "out.0")), "out.2", outChannels);
}

/** Timesteps [B] to the embedding [B, 4 · modelChannels]: sinusoids, then two layers with SiLU between. */
export function timeEmbedding(g: GraphBuilder, timesteps: Value, modelChannels: number): Value {
  const hidden = g.silu(linear(g, timestepEmbedding(g, timesteps, modelChannels), "time_embed.0", 4 * modelChannels));
  return linear(g, hidden, "time_embed.2", 4 * modelChannels);
}

function applyModule(g: GraphBuilder, x: Value, embedding: Value, module: PlannedModule, { scaleShiftNorm, textKv }: UNetOptions): Value {
  const { prefix, channels } = module;
  switch (module.kind) {
    case "convolution":
      return convolution(g, x, prefix, channels);
    case "residual":
      return residualBlock(g, x, embedding, prefix, { outChannels: channels, scaleShiftNorm, ...(module.resampling && { resampling: module.resampling }) });
    case "attention":
      return attentionBlock(g, x, textKv(prefix), prefix, module.heads);
    case "strided":
      return convolution(g, x, prefix, channels, { stride: 2 });
    case "upsampled":
      return convolution(g, g.upsampleNearest(x, 2), prefix, channels);
  }
}
