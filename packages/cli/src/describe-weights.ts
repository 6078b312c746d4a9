import { modelComponents } from "@glissade/core/model";
import { parseTextToImageConfig } from "@glissade/core/networks";
import { byteLength, sizeOf, type WeightSource } from "@glissade/graph";
import { type NetworkKind, stageFor } from "./checkpoint-networks.ts";
import { CheckpointError } from "./errors.ts";
import { kindOf, networkIn, recognise } from "./recognise-checkpoint.ts";

/** What a set of weights amounts to. */
export interface WeightsSummary {
  readonly tensors: number;
  readonly parameters: number;
  readonly bytes: number;
  /** Number of tensors of each type. */
  readonly dtypes: Readonly<Record<string, number>>;
}

export function summarize(weights: WeightSource): WeightsSummary {
  const described = weights.names.flatMap((name) => weights.describe(name) ?? []);
  const dtypes: Record<string, number> = {};
  for (const { dtype } of described) dtypes[dtype] = (dtypes[dtype] ?? 0) + 1;
  return {
    tensors: described.length,
    parameters: described.reduce((sum, { dims }) => sum + sizeOf(dims), 0),
    bytes: described.reduce((sum, { dtype, dims }) => sum + byteLength({ dtype, dims }), 0),
    dtypes,
  };
}

/**
 * The network in a checkpoint, as far as it can be told without its configuration; undefined where
 * there is none that is known.
 */
export function networkKind(weights: WeightSource, file: string): string | undefined {
  try {
    const network = networkIn(weights, file);
    const found = recognise(weights, network);
    return found ? `${found.name} (${found.described.className})` : familyNames[kindOf(network)];
  } catch (error) {
    if (CheckpointError.isInstance(error)) return undefined;
    throw error;
  }
}

const familyNames: Readonly<Record<NetworkKind, string>> = {
  glide: "a GLIDE network of another size",
  "clip-image": "a noised CLIP's half for images, of another size",
  "clip-text": "a noised CLIP's half for texts, of another size",
  adm: "a guided-diffusion network of another size",
  "adm-classifier": "a noised classifier of another size",
};

/** The network's kind and size by its configuration. */
export function describeNetwork(json: unknown) {
  const config = parseTextToImageConfig(json);
  return {
    class: modelComponents[stageFor(config)].className,
    imageSize: config.imageSize,
    vocabularySize: config.text?.vocabularySize,
    textContext: config.text?.textContext,
  };
}
