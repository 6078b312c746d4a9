import type { Backend, Executable, Graph } from "@glissade/graph";
import { sizeOf } from "@glissade/graph";
import type { StageName } from "../../model/description/components.ts";
import {
  baseSizeOf,
  MissingNetworkError,
  type ModelDescription,
  type StageDescription,
} from "../../model/description/read.ts";
import type { ModelFiles } from "../../model/index.ts";
import { textGraph, textToImageGraph } from "../../networks/text-to-image/network.ts";
import { type Lease, SharedResource } from "./shared-resource.ts";

/** A stage of the model on a backend: what reads the text, and what denoises. */
export interface OpenStage {
  readonly description: StageDescription;
  /** Undefined for a network without text. */
  readonly text: Executable | undefined;
  readonly network: Executable;
  dispose(): Promise<void>;
}

/**
 * The parts of a CLIP, each opened when it is needed: what reads texts, what compares images, and
 * what leads to them, alone or through the base network.
 */
export const clipParts = [
  "text",
  "image",
  "guidance",
  "through-base",
  "through-base_inpaint",
] as const;
export type ClipPart = (typeof clipParts)[number];

export interface ModelNetworksOptions {
  readonly files: ModelFiles;
  readonly backend: Backend;
  readonly model: ModelDescription;
  /** Keep what was opened until the model is disposed of. */
  readonly keepLoaded: boolean;
}

/**
 * The networks of a model: each is opened when it is first needed, and only as long as it is needed
 * where the memory is to be kept free.
 */
export class ModelNetworks {
  readonly #stages: ReadonlyMap<StageName, SharedResource<OpenStage>>;
  readonly #clip: ReadonlyMap<ClipPart, SharedResource<Executable>>;
  readonly #model: ModelDescription;

  constructor(options: ModelNetworksOptions) {
    const { model, keepLoaded: keep } = options;
    this.#model = model;
    this.#stages = new Map(
      [...model.stages].map(([name, stage]) => [
        name,
        new SharedResource((signal) => openStage(options, stage, signal), { keep }),
      ]),
    );
    const { clip } = model;
    this.#clip = new Map(
      clip
        ? clipParts.map(
            (part) =>
              [
                part,
                new SharedResource(
                  async (signal) =>
                    (await import("./open-clip-part.ts")).openClipPart(options, clip, part, signal),
                  { keep },
                ),
              ] as const,
          )
        : [],
    );
  }

  /** @throws MissingNetworkError where the model has no such stage; what compiling it throws. */
  stage(name: StageName, signal?: AbortSignal | undefined): Promise<Lease<OpenStage>> {
    const found = this.#stages.get(name);
    if (!found) throw new MissingNetworkError({ model: this.#model.label, network: name });
    return found.acquire(signal);
  }

  /** @throws MissingNetworkError where the model has no CLIP; what compiling it throws. */
  clip(part: ClipPart, signal?: AbortSignal | undefined): Promise<Lease<Executable>> {
    const found = this.#clip.get(part);
    if (!found) throw new MissingNetworkError({ model: this.#model.label, network: "clip" });
    return found.acquire(signal);
  }

  async dispose(): Promise<void> {
    await Promise.all(
      [...this.#stages.values(), ...this.#clip.values()].map((network) => network.dispose()),
    );
  }
}

/**
 * Side of the images that an upsampler enlarges: the base network's, or a quarter of its own, as
 * GLIDE's.
 */
export function lowResolutionSide(model: ModelDescription, upsampler: StageDescription): number {
  return baseSizeOf(model) ?? upsampler.imageSize / 4;
}

/** Of all networks that denoise. */
export function parameterCount(model: ModelDescription): number {
  const shapes = [...model.stages.values()].flatMap((stage) =>
    graphsOf(model, stage).flatMap((graph) => graph?.parameters ?? []),
  );
  return shapes.reduce((sum, { dims }) => sum + sizeOf(dims), 0);
}

/** The stage's half that depends on the text alone, and its step. */
function graphsOf(
  model: ModelDescription,
  stage: StageDescription,
): readonly [text: Graph | undefined, network: Graph] {
  const { config, imageSize } = stage;
  const side = config.superResolution ? lowResolutionSide(model, stage) : undefined;
  const lowRes = side === undefined ? {} : { lowRes: { height: side, width: side } };
  return [
    config.text && textGraph(config),
    textToImageGraph(config, { height: imageSize, width: imageSize, ...lowRes }),
  ];
}

async function openStage(
  { files, backend, model }: ModelNetworksOptions,
  description: StageDescription,
  signal: AbortSignal | undefined,
): Promise<OpenStage> {
  const { name } = description;
  const options = { signal };
  const [textHalf, step] = graphsOf(model, description);
  const weights = await files.openWeights(`${name}/model.safetensors`, options);
  try {
    const text =
      textHalf &&
      (await backend.compile(textHalf, weights, {
        name: `text transformer of ${name}`,
        ...options,
      }));
    try {
      const network = await backend.compile(step, weights, {
        name: `U-Net of ${name}`,
        ...options,
      });
      return {
        description,
        text,
        network,
        dispose: async () => {
          await Promise.all([text?.dispose(), network.dispose()]);
        },
      };
    } catch (error) {
      await text?.dispose();
      throw error;
    }
  } finally {
    await weights.dispose();
  }
}
