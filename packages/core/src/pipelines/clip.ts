import { InvalidArgumentError } from "../errors.ts";
import type { GradientGuidance, ScaleSchedule } from "../guidance/index.ts";
import { concatRows, rows, type Tensor, tensor, typedTensor, weightedSum } from "../tensor.ts";
import { assertFloat32 } from "./float32.ts";
import { type ClipDescription, MissingNetworkError, type ModelDescription } from "./model-description.ts";
import type { ModelNetworks } from "./model-networks.ts";
import type { Lease } from "./shared-resource.ts";

export interface ClipGuidanceOptions {
  /** s: by what the gradient of the similarity is multiplied, at least 0. A schedule changes it over the run. Default 3, that of GLIDE's notebook. */
  readonly scale?: number | ScaleSchedule;
}

/** Plain data; undefined where the scale is a schedule. */
export type ClipGuidanceSettings = { readonly scale: number } | undefined;

export interface ResolvedClipGuidance {
  readonly scale: number | ScaleSchedule;
  readonly settings: ClipGuidanceSettings;
}

/**
 * @throws InvalidArgumentError where the scale is none; MissingNetworkError where the model has no CLIP
 */
export function resolveClipGuidance(options: number | ClipGuidanceOptions | undefined, { label, clip, stages }: ModelDescription): ResolvedClipGuidance | undefined {
  if (options === undefined || options === 0) return undefined;
  const { scale = 3 } = typeof options === "number" ? { scale: options } : (options ?? {});
  if (typeof scale !== "function" && !(scale >= 0 && scale < Infinity))
    throw new InvalidArgumentError({ argument: "clipGuidance", received: scale, expected: "a finite scale of at least 0, or options with one" });
  if (!clip) throw new MissingNetworkError({ model: label, network: "clip" });
  const side = stages.get("base")?.imageSize ?? stages.get("base_inpaint")?.imageSize;
  if (clip.config.image.imageSize !== side || clip.config.image.timesteps === 0) {
    throw new InvalidArgumentError({
      argument: "clipGuidance",
      received: `a CLIP of ${clip.config.image.imageSize} pixels and ${clip.config.image.timesteps} timesteps`,
      expected: `a noised CLIP of ${side} pixels, as the base network's`,
    });
  }
  return { scale, settings: typeof scale === "function" ? undefined : { scale } };
}

/**
 * The rule that leads pictures to a text by the noised CLIP: the gradient of exp(logit scale) f(x_t, t) g(c). Several prompts count by their weights.
 *
 * @see Nichol et al. 2021, section 2.4
 */
export async function openClipGuidance(
  networks: ModelNetworks,
  clip: ClipDescription,
  { scale }: ResolvedClipGuidance,
  prompts: readonly (readonly [prompt: string, weight: number])[],
  signal?: AbortSignal,
): Promise<Lease<GradientGuidance>> {
  const embeddings = await clipTextEmbeddings(networks, clip, prompts.map(([prompt]) => prompt), signal);
  const text = weightedSum(...prompts.map(([, weight], row) => [weight, rows(embeddings, row, row + 1)] as const));
  const { value: network, release } = await networks.clip("guidance", signal);
  const rule: GradientGuidance = {
    name: "clip",
    scale,
    async gradient(x, timestep, runSignal) {
      const count = x.dims[0] ?? 0;
      const perRow = (value: number) => tensor([count], new Float32Array(count).fill(value));
      const inputs = { x, timesteps: perRow(timestep), text: concatRows(new Array<Tensor>(count).fill(text)), scale: perRow(1) };
      return assertFloat32("grad.x", (await network.run(inputs, runSignal ? { signal: runSignal } : {}))["grad.x"]);
    },
  };
  return { value: rule, release };
}

/**
 * How well clean pictures fit texts: exp(logit scale) times the cosine of their embeddings, 100 at most for the published CLIP.
 *
 * @param pictures [count, 3, side, side] in [-1, 1], of the CLIP's size
 * @returns one number a picture
 */
export async function clipScores(networks: ModelNetworks, clip: ClipDescription, pictures: Tensor, prompt: string, signal?: AbortSignal): Promise<number[]> {
  const text = (await clipTextEmbeddings(networks, clip, [prompt], signal)).data;
  const { value: network, release } = await networks.clip("image", signal);
  try {
    const count = pictures.dims[0] ?? 0;
    const timesteps = clip.config.image.timesteps > 0 ? { timesteps: tensor([count]) } : {}; // 0: clean pictures
    const { normalized } = await network.run({ x: pictures, ...timesteps }, signal ? { signal } : {});
    const { data } = assertFloat32("normalized", normalized);
    return Array.from({ length: count }, (_, row) => clip.config.logitScale * text.reduce((sum, value, i) => sum + value * (data[row * text.length + i] as number), 0));
  } finally {
    await release();
  }
}

/** [texts, E], normalised. */
async function clipTextEmbeddings(networks: ModelNetworks, { tokenizer }: ClipDescription, texts: readonly string[], signal?: AbortSignal): Promise<Tensor> {
  const { value: network, release } = await networks.clip("text", signal);
  try {
    const read = texts.map((text) => tokenizer.paddedTokensAndLength(text));
    const tokens = BigInt64Array.from(read.flatMap((row) => Array.from(row.tokens, BigInt)));
    const lengths = BigInt64Array.from(read.map(({ length }) => BigInt(length)));
    const inputs = { tokens: typedTensor("int64", [texts.length, tokenizer.contextLength], tokens), lengths: typedTensor("int64", [texts.length], lengths) };
    const { normalized } = await network.run(inputs, signal ? { signal } : {});
    return assertFloat32("normalized", normalized);
  } finally {
    await release();
  }
}
