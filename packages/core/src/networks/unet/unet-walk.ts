import type { GraphBuilder, Value } from "@glissade/graph";
import { GraphError } from "@glissade/graph";
import { convolution } from "../layers.ts";
import { residualBlock } from "./blocks.ts";
import type { PlannedBlock, PlannedModule, UNetPlan } from "./unet-plan.ts";

export interface WalkOptions {
  readonly scaleShiftNorm: boolean;
  /** Builds one attention layer, its input's own addition included. */
  readonly attention: (
    x: Value,
    layer: { readonly prefix: string; readonly heads: number },
  ) => Value;
  /** Called with every block's output: for comparing a network with a reference block by block. */
  readonly onBlock?: (name: string, output: Value) => void;
}

/** One planned block. */
function applyBlock(
  g: GraphBuilder,
  x: Value,
  embedding: Value,
  block: PlannedBlock,
  options: WalkOptions,
): Value {
  const output = block.modules.reduce(
    (h, module) => applyModule(g, h, embedding, module, options),
    x,
  );
  options.onBlock?.(block.name, output);
  return output;
}

/** The way down and the middle: every input block's output in order, and the middle block's. */
export function walkDown(
  g: GraphBuilder,
  x: Value,
  embedding: Value,
  plan: UNetPlan,
  options: WalkOptions,
): { kept: Value[]; middle: Value } {
  const kept: Value[] = [];
  for (const block of plan.input)
    kept.push(applyBlock(g, kept.at(-1) ?? x, embedding, block, options));
  return { kept, middle: applyBlock(g, kept.at(-1) ?? x, embedding, plan.middle, options) };
}

/**
 * The way up: each block takes the latest value joined to the last kept one that is not used yet.
 */
export function walkUp(
  g: GraphBuilder,
  { kept, middle }: ReturnType<typeof walkDown>,
  embedding: Value,
  plan: UNetPlan,
  options: WalkOptions,
): Value {
  const skips = [...kept];
  return plan.output.reduce((h, block) => {
    const skip = skips.pop();
    if (!skip) throw new GraphError("The U-Net's plan has more blocks upward than downward.");
    return applyBlock(g, g.concat([h, skip], 1), embedding, block, options);
  }, middle);
}

function applyModule(
  g: GraphBuilder,
  x: Value,
  embedding: Value,
  module: PlannedModule,
  { scaleShiftNorm, attention }: WalkOptions,
): Value {
  const { prefix, channels } = module;
  switch (module.kind) {
    case "convolution":
      return convolution(g, x, prefix, channels);
    case "residual":
      return residualBlock(g, x, embedding, prefix, {
        outChannels: channels,
        scaleShiftNorm,
        ...(module.resampling && { resampling: module.resampling }),
      });
    case "attention":
      return attention(x, module);
    case "strided":
      return convolution(g, x, prefix, channels, { stride: 2 });
    case "upsampled":
      return convolution(g, g.upsampleNearest(x, 2), prefix, channels);
  }
}
