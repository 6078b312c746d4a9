import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Tensor } from "@glissade/core";
import type { BetaScheduleName, MeanType } from "@glissade/core/diffusion";
import { writeFileAtomically } from "@glissade/core/files";
import {
  clipTowers,
  conflictWith,
  descriptionFiles,
  modelPaths,
  type WrittenComponent,
} from "@glissade/core/model";
import { convertWeights, type WeightType } from "@glissade/core/weights";
import { weightsFromTensors } from "@glissade/graph";
import type { ComponentName } from "../networks/component.ts";
import { readModelThere } from "./model-index.ts";
import { ModelOutputError } from "./model-output-error.ts";

/** A trained network and what belongs to it in a model. */
export interface ModelComponent {
  readonly component: ComponentName;
  /** The network's arguments under the reference's names. */
  readonly network: Readonly<Record<string, unknown>>;
  /** A CLIP's two towers have their names after `image_encoder.` and `text_encoder.`. */
  readonly weights: ReadonlyMap<string, Tensor>;
  readonly diffusion: { readonly steps: number; readonly schedule: BetaScheduleName };
  /** Of a network that denoises. */
  readonly meanType?: MeanType;
  /** The contents of `tokenizer.json`, where the network reads captions. */
  readonly tokenizer?: unknown;
  /** Of a classifier. */
  readonly classes?: ReadonlyMap<string, number>;
}

export interface WriteModelComponentOptions {
  /** Write over a network of that kind. Default false. */
  readonly replace?: boolean;
  /** Default float16. */
  readonly dtype?: WeightType;
  readonly signal?: AbortSignal;
}

/**
 * What `generate` does where it is not told, for a new model: few steps with which the embedded
 * model is as good as with many (docs/few-steps.md).
 */
const generation = { sampler: "dpmpp-2m", steps: 20, guidance_scale: 3 };
const upscaling = { sampler: "dpmpp-2m", steps: 8, guidance_scale: 1, temperature: 0.997 };

/**
 * Puts a network into a model folder as `glissade convert` lays it out: `base/`, `upsampler/` and
 * so on, with its scheduler and its tokenizer. The folder may be new, or a model that lacks this
 * network; each file appears whole, and the index last.
 *
 * @throws ModelOutputError where the folder holds other things, another network of that kind, or
 * networks that were trained with another tokenizer or noise schedule.
 * @example `await writeModelComponent("runs/base/model", { component: "base", network, weights:
 * parameters.toTensors(average), diffusion, meanType: "velocity", tokenizer })`
 */
export async function writeModelComponent(
  folder: string,
  component: ModelComponent,
  { replace = false, dtype = "float16", signal }: WriteModelComponentOptions = {},
): Promise<void> {
  signal?.throwIfAborted();
  const there = await readModelThere(folder, component.component);
  const index = there[modelPaths.index];
  if (!replace && typeof index === "object" && index && component.component in index)
    throw new ModelOutputError({
      folder,
      reason: `it has a ${component.component} network already`,
      advice: "Choose another folder, or replace it with --force.",
    });
  const described = describe(component);
  const conflict = conflictWith(there, described);
  if (conflict)
    throw new ModelOutputError({
      folder,
      reason: conflict,
      advice: "Put this one into a model of its own.",
    });

  for (const [path, weights] of weightFiles(component)) {
    await mkdir(join(folder, path, ".."), { recursive: true });
    await convertWeights({
      from: weightsFromTensors(weights),
      to: join(folder, path),
      dtype,
      metadata: { format: "pt" },
      ...(signal && { signal }),
    });
  }
  const files = descriptionFiles({
    components: [described],
    defaults: { generation, upscaling },
    there,
  });
  for (const [path, text] of files)
    await writeFileAtomically(join(folder, path), text, { makeFolders: true });
}

function describe(component: ModelComponent): WrittenComponent {
  const { diffusion, meanType, tokenizer, classes } = component;
  return {
    name: component.component,
    config: configOf(component),
    scheduler: {
      ...diffusion,
      ...(meanType && { meanType, varianceType: "learned-range", clipDenoised: true }),
    },
    tokenizer,
    classes,
  };
}

/** A CLIP's towers have files of their own, whose names do not begin with the tower's. */
function weightFiles({
  component,
  weights,
}: ModelComponent): (readonly [path: string, weights: ReadonlyMap<string, Tensor>])[] {
  if (component !== "clip") return [[modelPaths.weights(component), weights]];
  return Object.values(clipTowers).map((folder) => {
    const prefix = `${basename(folder)}.`;
    const inside = [...weights].flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value] as const] : [],
    );
    return [modelPaths.weights(folder), new Map(inside)];
  });
}

/** A learnt temperature belongs to the configuration, where the reference has it. */
function configOf({
  component,
  network,
  weights,
}: ModelComponent): Readonly<Record<string, unknown>> {
  const logarithm = component === "clip" ? weights.get("logit_scale")?.data[0] : undefined;
  return logarithm === undefined ? network : { ...network, logit_scale: Math.exp(logarithm) };
}
