import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Tensor } from "@glissade/core";
import type { MeanType } from "@glissade/core/diffusion";
import { modelComponents } from "@glissade/core/model";
import { convertWeights, type WeightType } from "@glissade/core/weights";
import { weightsFromTensors } from "@glissade/graph";
import { writeFileAtomically } from "../logs/write-file-atomically.ts";
import { type ComponentName, predictionTypeOf } from "../networks/component.ts";
import { jsonText, mergedScheduler, readModelIndex, sameTokenizer } from "./model-index.ts";
import { ModelOutputError } from "./model-output-error.ts";

/** A trained network and what belongs to it in a model. */
export interface ModelComponent {
  readonly component: ComponentName;
  /** The network's arguments under the reference's names. */
  readonly network: Readonly<Record<string, unknown>>;
  /** A CLIP's two towers have their names after `image_encoder.` and `text_encoder.`. */
  readonly weights: ReadonlyMap<string, Tensor>;
  readonly diffusion: { readonly steps: number; readonly schedule: string };
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
  const { className, scheduler, tokenizer } = modelComponents[component.component];
  const index = await readModelIndex(folder);
  if (!replace && component.component in index)
    throw new ModelOutputError({
      folder,
      reason: `it has a ${component.component} network already`,
      advice: "Choose another folder, or replace it with --force.",
    });
  const others = Object.entries(modelComponents).flatMap(([name, other]) =>
    name !== component.component && name in index ? [other] : [],
  );
  const schedulerPath = join(folder, scheduler, "scheduler_config.json");
  const schedulerJson = await mergedScheduler(folder, schedulerPath, schedulerOf(component), {
    isShared: others.some((other) => other.scheduler === scheduler),
  });
  const tokenizerPath = tokenizer && join(folder, tokenizer, "tokenizer.json");
  if (tokenizerPath && others.some((other) => other.tokenizer === tokenizer))
    await sameTokenizer(folder, tokenizerPath, component.tokenizer);

  const own = join(folder, component.component);
  for (const path of [
    own,
    join(folder, scheduler),
    ...(tokenizer ? [join(folder, tokenizer)] : []),
  ])
    await mkdir(path, { recursive: true });
  for (const [path, weights] of weightFiles(own, component)) {
    await mkdir(join(path, ".."), { recursive: true });
    await convertWeights({
      from: weightsFromTensors(weights),
      to: path,
      dtype,
      metadata: { format: "pt" },
      ...(signal && { signal }),
    });
  }
  await writeFileAtomically(
    join(own, "config.json"),
    jsonText({ _class_name: className, ...configOf(component) }),
  );
  if (component.classes)
    await writeFileAtomically(
      join(own, "classes.json"),
      jsonText(Object.fromEntries(component.classes)),
    );
  await writeFileAtomically(schedulerPath, jsonText(schedulerJson));
  if (tokenizerPath)
    // thousands of lines otherwise
    await writeFileAtomically(tokenizerPath, `${JSON.stringify(component.tokenizer)}\n`);
  await writeFileAtomically(
    join(folder, "model_index.json"),
    jsonText({
      _class_name: "GlidePipeline",
      ...index,
      [component.component]: ["glissade", className],
      [scheduler]: ["glissade", "GaussianDiffusion"],
      ...(tokenizer && {
        [tokenizer]: ["glissade", tokenizer === "tokenizer" ? "GlideTokenizer" : "ClipTokenizer"],
      }),
      generation: index.generation ?? generation,
      ...(scheduler === "upsampler_scheduler" && { upscaling: index.upscaling ?? upscaling }),
    }),
  );
}

function schedulerOf({ diffusion, meanType }: ModelComponent) {
  return {
    num_train_timesteps: diffusion.steps,
    beta_schedule: diffusion.schedule,
    ...(meanType && {
      prediction_type: predictionTypeOf(meanType),
      variance_type: "learned_range",
      clip_sample: true,
    }),
  };
}

const towers = ["image_encoder", "text_encoder"] as const;

/** The reference keeps a CLIP's towers in two files, whose names do not begin with the tower's. */
function weightFiles(
  own: string,
  { component, weights }: ModelComponent,
): (readonly [path: string, weights: ReadonlyMap<string, Tensor>])[] {
  if (component !== "clip") return [[join(own, "model.safetensors"), weights]];
  return towers.map((tower) => {
    const prefix = `${tower}.`;
    const inside = [...weights].flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value] as const] : [],
    );
    return [join(own, tower, "model.safetensors"), new Map(inside)];
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
