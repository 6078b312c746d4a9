import type { Graph } from "@glissade/graph";
import { GraphBuilder, GraphError, gradient } from "@glissade/graph";
import type { TextToImageConfig } from "../text-to-image/config.ts";
import { denoisingInputs, denoisingUNet } from "../text-to-image/network.ts";
import type { ClipConfig } from "./config.ts";
import { pairSimilarity } from "./graphs.ts";
import { clipImageTower, normalizeEmbedding } from "./towers.ts";

/** What stands before the names of CLIP's weights in `clipThroughUNetGraph`. */
export const clipPrefix = "clip.";

/**
 * One step's work of CLIP guidance through the predicted image: how well the x_0 that the U-Net
 * expects behind x_t fits a text, and in which direction of x_t it would fit better. Unlike
 * `clipGuidanceGraph` it differentiates the U-Net too, and so works with a CLIP that has only seen
 * clean images; a noised one is asked for step 0.
 *
 * Inputs are those of `textToImageGraph`, and `x0_from_x` and `x0_from_output` [batch], by which
 * x_0 is made of x_t and the network's output, `text` [batch, embeddingChannels] and `scale`
 * [batch] as for `clipGuidanceGraph`. Outputs `similarity` [batch] and `grad.x`. CLIP's weights are
 * named after `clipPrefix`.
 *
 * @throws GraphError where CLIP sees images of another size
 * @see Nichol et al. 2021, section 2.4, on why GLIDE trains a noised CLIP instead
 */
export function clipThroughUNetGraph(
  config: TextToImageConfig,
  clip: ClipConfig,
  side: number,
): Graph {
  if (clip.image.imageSize !== side)
    throw new GraphError(
      `The network makes images of ${side} pixels, and this CLIP sees ${clip.image.imageSize}.`,
    );
  const g = new GraphBuilder();
  const inputs = denoisingInputs(g, config, { height: side, width: side });
  const perRow = (name: string) => g.reshape(g.input(name, ["batch"]), ["batch", 1, 1, 1]);
  const said = g.slice(denoisingUNet(g, config, inputs), 1, 0, config.imageChannels);
  const x0 = g.add(g.mul(inputs.x, perRow("x0_from_x")), g.mul(said, perRow("x0_from_output")));
  const clean = clip.image.timesteps === 0 ? undefined : g.mul(inputs.timesteps, 0);
  const image = normalizeEmbedding(g, clipImageTower(g, x0, clean, clip, { prefix: clipPrefix }));
  const text = g.input("text", ["batch", clip.embeddingChannels]);
  g.output("similarity", pairSimilarity(g, image, text, clip.logitScale));
  return gradient(g.build(), { of: "similarity", withRespectTo: ["x"], cotangent: "scale" });
}
