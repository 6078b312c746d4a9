import { type Graph, type StageName, type TextToImageConfig, textGraph, textToImageGraph } from "@glissade/core";

/** The noise schedules that the published networks were trained with. */
export const publishedSchedules = { scheduler: "squaredcos_cap_v2", upsampler_scheduler: "linear" } as const;

/** The folders of networks whose gradient guides these, each with those of its weights. */
export const guides: Readonly<Record<string, readonly string[]>> = { clip: ["clip/image_encoder", "clip/text_encoder"], classifier: ["classifier"] };

export function componentOf({ superResolution, inpainting }: TextToImageConfig): StageName {
  if (superResolution) return inpainting ? "upsampler_inpaint" : "upsampler";
  return inpainting ? "base_inpaint" : "base";
}

/** Name and shape of every weight that a network needs. The shapes may be another view of the stored ones. */
export function parametersOf(config: TextToImageConfig): ReadonlyMap<string, readonly number[]> {
  const side = config.imageSize ?? 2 ** config.channelMultipliers.length; // no weight depends on it
  const lowRes = config.superResolution ? { lowRes: { height: side, width: side } } : {};
  const graphs: Graph[] = [textToImageGraph(config, { height: side, width: side, ...lowRes })];
  if (config.text) graphs.push(textGraph(config));
  return new Map(graphs.flatMap(({ parameters }) => parameters.map(({ name, dims }) => [name, dims] as const)));
}
