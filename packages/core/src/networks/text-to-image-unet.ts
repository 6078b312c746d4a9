import { GraphBuilder, type Value } from "../graph/builder.ts";
import type { Graph } from "../graph/graph.ts";
import { GraphError } from "../graph/operation.ts";
import { simplify } from "../graph/simplify.ts";
import { bilinearResize, type ImageSize } from "./bilinear-resize.ts";
import type { TextToImageConfig } from "./text-to-image-config.ts";
import { textTransformer } from "./text-transformer.ts";
import { timeEmbedding, unet } from "./unet.ts";
import { textKeysAndValues } from "./unet-blocks.ts";
import { attentionLayers, planUNet } from "./unet-plan.ts";

/** Name of the text graph's output, and of the U-Net's input, that carries the keys and values of one attention layer. */
export function textKvName(prefix: string): string {
  return `${prefix}.encoder_kv`;
}

/**
 * The part of the network that depends on the text alone, run once a prompt.
 *
 * Inputs `tokens` [batch, S] (int64) and `mask` [batch, S] (bool). Outputs `xf_proj` [batch, 4 · modelChannels], which joins the timestep embedding, `xf_out` [batch, width, S], and for each
 * attention layer its keys and values [batch, 2C, S] under `textKvName(layer)`.
 *
 * @throws GraphError where the network has no text transformer
 */
export function textGraph(config: TextToImageConfig): Graph {
  if (!config.text) throw new GraphError("This network is unconditional: it has no text transformer.");
  const g = new GraphBuilder();
  const tokens = g.input("tokens", ["batch", config.text.textContext], "int64");
  const mask = g.input("mask", ["batch", config.text.textContext], "bool");
  const { projected, features } = textTransformer(g, tokens, mask, config.text, 4 * config.modelChannels);
  g.output("xf_proj", projected);
  g.output("xf_out", features);
  for (const { prefix, channels } of attentionLayers(planUNet(config))) g.output(textKvName(prefix), textKeysAndValues(g, features, prefix, channels));
  return simplify(g.build());
}

export interface TextToImageGraphOptions extends ImageSize {
  /** Size of the low-resolution picture, for a super-resolution network. */
  readonly lowRes?: ImageSize;
  /** Also give every block's output, named as the reference names the block. */
  readonly blockOutputs?: boolean;
}

/**
 * GLIDE's network for one denoising step, text work left out: `Text2ImUNet`, or one of its super-resolution and inpainting variants by the config.
 *
 * Inputs `x` [batch, 3, H, W], `timesteps` [batch] (float32, steps of the original process), `xf_proj` and one `textKvName(layer)` an attention layer (from `textGraph`); for super-resolution
 * `low_res` [batch, 3, h, w]; for inpainting `inpaint_image` [batch, 3, H, W] and `inpaint_mask` [batch, 1, H, W] (1 = known; zeros where nothing is known). Output `output` [batch, 6, H, W].
 *
 * @see Nichol et al. 2021, sections 2.1, 3 and 3.1; openai/glide-text2im, text2im_model.py
 */
export function textToImageGraph(config: TextToImageConfig, { height, width, lowRes, blockOutputs = false }: TextToImageGraphOptions): Graph {
  assertDivisible(config, { height, width });
  const g = new GraphBuilder();
  const image = (name: string, channels = config.imageChannels) => g.input(name, ["batch", channels, height, width]);
  const seen: Value[] = [image("x")];
  const timesteps = g.input("timesteps", ["batch"]);
  if (config.inpainting) {
    const inpaintImage = image("inpaint_image");
    const inpaintMask = image("inpaint_mask", 1);
    seen.push(g.mul(inpaintImage, inpaintMask), inpaintMask);
  }
  if (config.superResolution) {
    if (!lowRes) throw new GraphError("A super-resolution network needs the size of its low-resolution picture.");
    seen.push(bilinearResize(g, g.input("low_res", ["batch", config.imageChannels, lowRes.height, lowRes.width]), { height, width }));
  }

  const plan = planUNet(config);
  const time = timeEmbedding(g, timesteps, config.modelChannels);
  const embedding = config.text ? g.add(time, g.input("xf_proj", ["batch", 4 * config.modelChannels])) : time;
  const textKv = new Map<string, Value>();
  const context = config.text?.textContext;
  if (context !== undefined)
    for (const { prefix, channels } of attentionLayers(plan)) textKv.set(prefix, g.input(textKvName(prefix), ["batch", 2 * channels, context]));

  if (blockOutputs) g.output("time_embed", time);
  const output = unet(g, g.concat(seen, 1), embedding, {
    plan,
    modelChannels: config.modelChannels,
    outChannels: config.outChannels,
    scaleShiftNorm: config.scaleShiftNorm,
    textKv: (prefix) => textKv.get(prefix),
    ...(blockOutputs && { onBlock: (name: string, value: Value) => g.output(name, value) }),
  });
  g.output("output", output);
  return simplify(g.build());
}

function assertDivisible({ channelMultipliers }: TextToImageConfig, { height, width }: ImageSize): void {
  const factor = 2 ** (channelMultipliers.length - 1);
  if (height % factor !== 0 || width % factor !== 0)
    throw new GraphError(`This network halves its pictures ${channelMultipliers.length - 1} times: ${height} x ${width} must be multiples of ${factor}.`);
}
