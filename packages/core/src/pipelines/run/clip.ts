import { assertFloat32, type Tensor, tensor } from "@glissade/graph";
import { clipGradient, composedText, type GradientGuidance } from "../../guidance/index.ts";
import type { ClipDescription } from "../../model/description/read.ts";
// not from the index: tokenisers are loaded when a model has them
import { clipTextInputs } from "../../text/clip-text-inputs.ts";
import type { GlideTokenizer } from "../../text/index.ts";
import type { ResolvedClipGuidance } from "../options/clip.ts";
import type { ModelNetworks, OpenStage } from "./model-networks.ts";
import type { Lease } from "./shared-resource.ts";
import { featuresForRows, textFeatures } from "./text-condition.ts";

/** Whose images CLIP guides, and to what. */
export interface ClipGuided {
  readonly clip: ClipDescription;
  readonly guidance: ResolvedClipGuidance;
  readonly prompts: readonly (readonly [prompt: string, weight: number])[];
  readonly stage: OpenStage;
  readonly tokenizer: GlideTokenizer;
  /** What the stage's network sees beside x. */
  readonly conditions: Readonly<Record<string, Tensor>>;
  readonly signal: AbortSignal | undefined;
}

/**
 * CLIP guidance with the model's networks. Through x_0 it is the one predicted for the first prompt;
 * several prompts count by their weights.
 *
 * @see `guidance/clip.ts`
 */
export async function openClipGuidance(
  networks: ModelNetworks,
  guided: ClipGuided,
): Promise<Lease<GradientGuidance>> {
  const { clip, guidance, prompts, stage, tokenizer, signal } = guided;
  const embeddings = await clipTextEmbeddings(
    networks,
    clip,
    prompts.map(([prompt]) => prompt),
    signal,
  );
  const isThrough = guidance.through === "x0";
  const features = isThrough
    ? await textFeatures(stage, tokenizer, [prompts[0]?.[0] ?? ""], signal)
    : undefined;
  const { value: network, release } = await networks.clip(
    isThrough
      ? stage.description.name === "base_inpaint"
        ? "through-base_inpaint"
        : "through-base"
      : "guidance",
    signal,
  );
  const { process: diffusion, meanType } = stage.description;
  const rule: GradientGuidance = {
    name: "clip",
    scale: guidance.scale,
    gradient: clipGradient({
      differentiate: async (inputs, runSignal) =>
        assertFloat32(
          "grad.x",
          (await network.run(inputs, runSignal ? { signal: runSignal } : {}))["grad.x"],
        ),
      text: composedText(
        embeddings,
        prompts.map(([, weight]) => weight),
      ),
      predicted: features && {
        diffusion,
        meanType,
        inputs: (count) => ({
          ...guided.conditions,
          ...featuresForRows(features, new Array<number>(count).fill(0)),
        }),
      },
    }),
  };
  return { value: rule, release };
}

/**
 * How well clean pictures fit texts: exp(logit scale) times the cosine of their embeddings, 100 at
 * most for the published CLIP.
 *
 * @param pictures [count, 3, side, side] in [-1, 1], of the CLIP's size
 * @returns one number a picture
 */
export async function clipScores(
  networks: ModelNetworks,
  clip: ClipDescription,
  pictures: Tensor,
  prompt: string,
  signal?: AbortSignal,
): Promise<number[]> {
  const text = (await clipTextEmbeddings(networks, clip, [prompt], signal)).data;
  const { value: network, release } = await networks.clip("image", signal);
  try {
    const count = pictures.dims[0] ?? 0;
    // 0: clean pictures
    const timesteps = clip.config.image.timesteps > 0 ? { timesteps: tensor([count]) } : {};
    const { normalized } = await network.run(
      { x: pictures, ...timesteps },
      signal ? { signal } : {},
    );
    const { data } = assertFloat32("normalized", normalized);
    return Array.from(
      { length: count },
      (_, row) =>
        clip.config.logitScale *
        text.reduce((sum, value, i) => sum + value * (data[row * text.length + i] as number), 0),
    );
  } finally {
    await release();
  }
}

/** [texts, E], normalised. */
async function clipTextEmbeddings(
  networks: ModelNetworks,
  { tokenizer }: ClipDescription,
  texts: readonly string[],
  signal?: AbortSignal,
): Promise<Tensor> {
  const { value: network, release } = await networks.clip("text", signal);
  try {
    const { normalized } = await network.run(
      clipTextInputs(tokenizer, texts),
      signal ? { signal } : {},
    );
    return assertFloat32("normalized", normalized);
  } finally {
    await release();
  }
}
