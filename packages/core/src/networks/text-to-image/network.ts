import type { Graph } from "@glissade/graph";
import { GraphBuilder, GraphError, knownLength, simplify, type Value } from "@glissade/graph";
import { bilinearResize, type ImageSize } from "../bilinear-resize.ts";
import { patchify, unpatchify } from "../patches.ts";
import { textKeysAndValues } from "../unet/blocks.ts";
import { timeEmbedding, unet } from "../unet/unet.ts";
import { attentionLayers, planUNet } from "../unet/unet-plan.ts";
import type { TextToImageConfig } from "./config.ts";
import { textTransformer } from "./text-transformer.ts";

/**
 * Name of the text graph's output, and of the U-Net's input, that carries the keys and values of
 * one attention layer.
 */
export function textKvName(prefix: string): string {
  return `${prefix}.encoder_kv`;
}

/**
 * The part of the network that depends on the text alone, run once a prompt.
 *
 * Inputs `tokens` [batch, S] (int64) and `mask` [batch, S] (bool). Outputs `xf_proj` [batch, 4 ·
 * modelChannels], which joins the timestep embedding, `xf_out` [batch, width, S], and for each
 * attention layer its keys and values [batch, 2C, S] under `textKvName(layer)`.
 *
 * @throws GraphError where the network has no text transformer
 */
export function textGraph(config: TextToImageConfig): Graph {
  if (!config.text)
    throw new GraphError("This network is unconditional: it has no text transformer.");
  const g = new GraphBuilder();
  const tokens = g.input("tokens", ["batch", config.text.textContext], "int64");
  const mask = g.input("mask", ["batch", config.text.textContext], "bool");
  const { projected, features } = textTransformer(
    g,
    tokens,
    mask,
    config.text,
    4 * config.modelChannels,
  );
  g.output("xf_proj", projected);
  g.output("xf_out", features);
  for (const { prefix, channels } of attentionLayers(planUNet(config)))
    g.output(textKvName(prefix), textKeysAndValues(g, features, prefix, channels));
  return simplify(g.build());
}

export interface TextToImageGraphOptions extends ImageSize {
  /** Size of the low-resolution image, for a super-resolution network. */
  readonly lowRes?: ImageSize;
  /** Also give every block's output, named as the reference names the block. */
  readonly blockOutputs?: boolean;
}

/**
 * What GLIDE's U-Net reads: images [B, C, H, W] of one size, and what the text transformer made
 * of the prompt.
 */
interface DenoisingInputs {
  /** x_t. */
  readonly x: Value;
  /** [B], float32: steps of the original process. */
  readonly timesteps: Value;
  /**
   * The text's part of the embedding, [B, 4 · modelChannels]; undefined for an unconditional
   * network.
   */
  readonly projected?: Value | undefined;
  /** The text's keys and values for an attention layer, [B, 2C, S]; undefined without text. */
  readonly textKv: (layer: {
    readonly prefix: string;
    readonly channels: number;
  }) => Value | undefined;
  readonly conditions?: ImageConditions | undefined;
}

/** The further images that a super-resolution or an inpainting network sees. */
export interface ImageConditions {
  /** [B, 3, h, w], for super-resolution. */
  readonly lowRes?: Value | undefined;
  /** [B, 3, H, W], for inpainting. */
  readonly inpaintImage?: Value | undefined;
  /** [B, 1, H, W], 1 = known, for inpainting. */
  readonly inpaintMask?: Value | undefined;
}

/** GLIDE's U-Net on values of a builder: `textToImageGraph` without the graph around it. */
export function denoisingUNet(
  g: GraphBuilder,
  config: TextToImageConfig,
  { x, timesteps, projected, textKv, conditions }: DenoisingInputs,
  onBlock?: (name: string, output: Value) => void,
): Value {
  const plan = planUNet(config);
  const layers = new Map(attentionLayers(plan).map((layer) => [layer.prefix, textKv(layer)]));
  const time = timeEmbedding(g, timesteps, config.modelChannels);
  onBlock?.("time_embed", time);
  const seen = patchify(g, g.concat(seenImages(g, config, x, conditions), 1), config.patchSize);
  const output = unet(g, seen, projected ? g.add(time, projected) : time, {
    plan,
    outChannels: config.outChannels * config.patchSize ** 2,
    scaleShiftNorm: config.scaleShiftNorm,
    textKv: (prefix) => layers.get(prefix),
    ...(onBlock && { onBlock }),
  });
  return unpatchify(g, output, config.patchSize);
}

/** x, and the images that the network's variant sees beside it. */
function seenImages(
  g: GraphBuilder,
  config: TextToImageConfig,
  x: Value,
  { lowRes, inpaintImage, inpaintMask }: ImageConditions = {},
): Value[] {
  const seen = [x];
  if (config.inpainting) {
    if (!inpaintImage || !inpaintMask)
      throw new GraphError("An inpainting network needs the known image and its mask.");
    seen.push(g.mul(inpaintImage, inpaintMask), inpaintMask);
  }
  if (config.superResolution) {
    if (!lowRes) throw new GraphError("A super-resolution network needs its low-resolution image.");
    seen.push(
      bilinearResize(g, lowRes, { height: knownLength(x.dims, 2), width: knownLength(x.dims, 3) }),
    );
  }
  return seen;
}

export interface WholeNetworkInputs extends ImageConditions {
  /** x_t, [B, 3, H, W]. */
  readonly x: Value;
  /** [B], float32: steps of the original process. */
  readonly timesteps: Value;
  /** [B, S], int64; needless for an unconditional network. */
  readonly tokens?: Value | undefined;
  /** [B, S], bool, true = real token; needless for an unconditional network. */
  readonly mask?: Value | undefined;
}

/**
 * The whole network on values of a builder, text transformer and U-Net: what training
 * differentiates. Generation runs the two halves apart (`textGraph`, `textToImageGraph`), because
 * the text's half is the same at every step.
 *
 * @returns [B, outChannels, H, W]
 * @throws GraphError where an input that the network needs is missing, or the image's sides do
 * not halve
 * @example `textToImageNetwork(g, config, { x, timesteps, tokens, mask })`
 */
export function textToImageNetwork(
  g: GraphBuilder,
  config: TextToImageConfig,
  inputs: WholeNetworkInputs,
): Value {
  const { x, timesteps, tokens, mask, ...conditions } = inputs;
  assertDivisible(config, { height: knownLength(x.dims, 2), width: knownLength(x.dims, 3) });
  if (!config.text)
    return denoisingUNet(g, config, { x, timesteps, textKv: () => undefined, conditions });
  if (!tokens || !mask)
    throw new GraphError("A text-conditional network needs tokens and their mask.");
  const { projected, features } = textTransformer(
    g,
    tokens,
    mask,
    config.text,
    4 * config.modelChannels,
  );
  const textKv: DenoisingInputs["textKv"] = ({ prefix, channels }) =>
    textKeysAndValues(g, features, prefix, channels);
  return denoisingUNet(g, config, { x, timesteps, projected, textKv, conditions });
}

/**
 * The whole network as one graph. Inputs as `textGraph`'s and `textToImageGraph`'s together: `x`,
 * `timesteps`, `tokens` and `mask` where there is text, `low_res`, `inpaint_image` and
 * `inpaint_mask` where the network sees them. Output `output` [batch, 6, H, W].
 */
export function wholeGraph(
  config: TextToImageConfig,
  size: Omit<TextToImageGraphOptions, "blockOutputs">,
): Graph {
  const g = new GraphBuilder();
  const images = imageInputs(g, config, size);
  const timesteps = g.input("timesteps", ["batch"]);
  const context = config.text?.textContext;
  const text = context !== undefined && {
    tokens: g.input("tokens", ["batch", context], "int64"),
    mask: g.input("mask", ["batch", context], "bool"),
  };
  g.output("output", textToImageNetwork(g, config, { ...images, timesteps, ...text }));
  return simplify(g.build());
}

/**
 * GLIDE's network for one denoising step, text work left out: `Text2ImUNet`, or one of its
 * super-resolution and inpainting variants by the config.
 *
 * Inputs `x` [batch, 3, H, W], `timesteps` [batch] (float32, steps of the original process),
 * `xf_proj` and one `textKvName(layer)` an attention layer (from `textGraph`); for super-resolution
 * `low_res` [batch, 3, h, w]; for inpainting `inpaint_image` [batch, 3, H, W] and `inpaint_mask`
 * [batch, 1, H, W] (1 = known; zeros where nothing is known). Output `output` [batch, 6, H, W].
 *
 * @see Nichol et al. 2021, sections 4.1 and 4.3; openai/glide-text2im, text2im_model.py
 */
export function textToImageGraph(
  config: TextToImageConfig,
  { height, width, lowRes, blockOutputs = false }: TextToImageGraphOptions,
): Graph {
  const g = new GraphBuilder();
  const onBlock = blockOutputs ? (name: string, value: Value) => g.output(name, value) : undefined;
  g.output(
    "output",
    denoisingUNet(
      g,
      config,
      denoisingInputs(g, config, { height, width, ...(lowRes && { lowRes }) }),
      onBlock,
    ),
  );
  return simplify(g.build());
}

/** The inputs of `textToImageGraph`. @throws GraphError where the image's sides do not halve */
export function denoisingInputs(
  g: GraphBuilder,
  config: TextToImageConfig,
  size: TextToImageGraphOptions,
): DenoisingInputs {
  assertDivisible(config, size);
  const { x, ...conditions } = imageInputs(g, config, size);
  const timesteps = g.input("timesteps", ["batch"]);
  const projected = config.text && g.input("xf_proj", ["batch", 4 * config.modelChannels]);
  const context = config.text?.textContext;
  const textKv: DenoisingInputs["textKv"] = ({ prefix, channels }) =>
    context === undefined
      ? undefined
      : g.input(textKvName(prefix), ["batch", 2 * channels, context]);
  return { x, timesteps, projected, textKv, conditions };
}

/** The images as inputs of a graph, under the reference's names. */
function imageInputs(
  g: GraphBuilder,
  config: TextToImageConfig,
  { height, width, lowRes }: TextToImageGraphOptions,
): ImageConditions & { readonly x: Value } {
  const image = (name: string, channels = config.imageChannels) =>
    g.input(name, ["batch", channels, height, width]);
  if (config.superResolution && !lowRes)
    throw new GraphError("A super-resolution network needs the size of its low-resolution image.");
  return {
    x: image("x"),
    ...(config.inpainting && {
      inpaintImage: image("inpaint_image"),
      inpaintMask: image("inpaint_mask", 1),
    }),
    ...(config.superResolution &&
      lowRes && {
        lowRes: g.input("low_res", ["batch", config.imageChannels, lowRes.height, lowRes.width]),
      }),
  };
}

function assertDivisible(
  { channelMultipliers, patchSize }: TextToImageConfig,
  { height, width }: ImageSize,
): void {
  const factor = patchSize * 2 ** (channelMultipliers.length - 1);
  if (height % factor === 0 && width % factor === 0) return;
  const patches =
    patchSize === 1 ? "" : `reads its images in patches of ${patchSize} x ${patchSize} pixels and `;
  throw new GraphError(
    `This network ${patches}halves its images ${channelMultipliers.length - 1} times: ${height} x ${width} must be multiples of ${factor}.`,
  );
}
