import { type Graph, type TextToImageConfig, textGraph, textToImageGraph } from "@glissade/core";

/** The networks that a model folder can hold, by the folder of each. */
export const components = {
  base: { className: "Text2ImUNet", betaSchedule: "squaredcos_cap_v2", scheduler: "scheduler" },
  upsampler: { className: "SuperResText2ImUNet", betaSchedule: "linear", scheduler: "upsampler_scheduler" },
  base_inpaint: { className: "InpaintText2ImUNet", betaSchedule: "squaredcos_cap_v2", scheduler: "scheduler" },
  upsampler_inpaint: { className: "SuperResInpaintText2ImUNet", betaSchedule: "linear", scheduler: "upsampler_scheduler" },
} as const satisfies Readonly<Record<string, { className: string; betaSchedule: string; scheduler: string }>>;

export type ComponentName = keyof typeof components;

export const componentNames = Object.keys(components) as readonly ComponentName[];

/** The folders of networks whose gradient guides these, each with those of its weights. */
export const guides: Readonly<Record<string, readonly string[]>> = { clip: ["clip/image_encoder", "clip/text_encoder"], classifier: ["classifier"] };

export function componentOf({ superResolution, inpainting }: TextToImageConfig): ComponentName {
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
