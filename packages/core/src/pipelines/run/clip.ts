import { assertFloat32, type Tensor, tensor } from "@glissade/graph";
import { clipGradient, composedText, type GradientGuidance } from "../../guidance/index.ts";
import type { ClipDescription } from "../../model/description/read.ts";
// not from the index: tokenisers are loaded when a model has them
import { clipTextInputs } from "../../text/clip-text-inputs.ts";
import type { ResolvedClipGuidance } from "../options/clip.ts";
import type { Settled } from "../options/sampling.ts";
import type { ModelNetworks, OpenStage } from "./model-networks.ts";
import type { Lease } from "./shared-resource.ts";
import { featuresForRows, textFeatures } from "./text-condition.ts";

/** Which images CLIP guides, and to what. */
export interface ClipGuided extends Pick<Settled, "text" | "prompts" | "signal"> {
  readonly clip: ClipDescription;
  readonly guidance: ResolvedClipGuidance;
  readonly open: OpenStage;
  /** The network's inputs beside x and the text. */
  readonly conditions: Readonly<Record<string, Tensor>> | undefined;
}

/**
 * CLIP guidance with the model's networks. Through x_0 it is the one predicted for the first prompt;
 * several prompts count by their weights.
 *
 * @see `guidance/clip.ts`
 */
export async function openClipGuidance(
  networks: ModelNetworks,
  { clip, guidance, prompts, text, open, conditions, signal }: ClipGuided,
): Promise<Lease<GradientGuidance>> {
  const embeddings = await clipTextEmbeddings(
    networks,
    clip,
    prompts.map(({ prompt }) => prompt),
    signal,
  );
  const isThrough = guidance.through === "x0";
  const features = isThrough ? await textFeatures(open, text.rows.slice(0, 1), signal) : undefined;
  const { name, process: diffusion, meanType } = open.description;
  const { value: network, release } = await networks.clip(
    isThrough ? (name === "base_inpaint" ? "through-base_inpaint" : "through-base") : "guidance",
    signal,
  );
  const rule: GradientGuidance = {
    name: "clip",
    scale: guidance.scale,
    gradient: clipGradient({
      differentiate: async (inputs, runSignal) =>
        assertFloat32("grad.x", (await network.run(inputs, { signal: runSignal }))["grad.x"]),
      text: composedText(embeddings, text.weights),
      predicted: features && {
        diffusion,
        meanType,
        inputs: (count) => ({
          ...conditions,
          ...featuresForRows(features, new Array<number>(count).fill(0)),
        }),
      },
    }),
  };
  return { value: rule, release };
}

/**
 * How well clean images fit texts: exp(logit scale) times the cosine of their embeddings, 100 at
 * most for the published CLIP.
 *
 * @param images [count, 3, side, side] in [-1, 1], of the CLIP's size
 * @returns one number an image
 */
export async function clipScores(
  networks: ModelNetworks,
  clip: ClipDescription,
  images: Tensor,
  prompt: string,
  signal?: AbortSignal | undefined,
): Promise<number[]> {
  const text = (await clipTextEmbeddings(networks, clip, [prompt], signal)).data;
  const { value: network, release } = await networks.clip("image", signal);
  try {
    const count = images.dims[0] ?? 0;
    // 0: clean images
    const timesteps = clip.config.image.timesteps > 0 ? { timesteps: tensor([count]) } : {};
    const { normalized } = await network.run({ x: images, ...timesteps }, { signal });
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
  signal?: AbortSignal | undefined,
): Promise<Tensor> {
  const { value: network, release } = await networks.clip("text", signal);
  try {
    const { normalized } = await network.run(clipTextInputs(tokenizer, texts), { signal });
    return assertFloat32("normalized", normalized);
  } finally {
    await release();
  }
}
