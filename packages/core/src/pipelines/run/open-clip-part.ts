import type { Executable, Graph } from "@glissade/graph";
import { joinWeights } from "@glissade/graph";
import { type ClipDescription, stageOf } from "../../model/description/read.ts";
import {
  clipGuidanceGraph,
  clipImageGraph,
  clipPrefix,
  clipTextGraph,
  clipThroughUNetGraph,
} from "../../networks/index.ts";
import type { ClipPart, ModelNetworksOptions } from "./model-networks.ts";

/** Compiles a part of the model's CLIP. */
export async function openClipPart(
  { files, backend, model }: ModelNetworksOptions,
  { config }: ClipDescription,
  part: ClipPart,
  signal: AbortSignal | undefined,
): Promise<Executable> {
  const options = { signal };
  const clip = await files.openWeights(
    `clip/${part === "text" ? "text" : "image"}_encoder/model.safetensors`,
    options,
  );
  let weights = clip;
  try {
    let graph: Graph;
    if (part === "through-base" || part === "through-base_inpaint") {
      const stage = stageOf(model, part === "through-base" ? "base" : "base_inpaint");
      weights = joinWeights({
        "": await files.openWeights(`${stage.name}/model.safetensors`, options),
        [clipPrefix]: clip,
      });
      graph = clipThroughUNetGraph(stage.config, config, stage.imageSize);
    } else
      graph = { text: clipTextGraph, image: clipImageGraph, guidance: clipGuidanceGraph }[part](
        config,
      );
    return await backend.compile(graph, weights, { name: `clip's ${part}`, ...options });
  } finally {
    await weights.dispose();
  }
}
