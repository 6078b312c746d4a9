import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { AnyTensor } from "@glissade/core";
import {
  type ClipConfig,
  clipGuidanceGraph,
  clipImageGraph,
  clipTextGraph,
  glideClip,
  parseClipConfig,
} from "@glissade/core/networks";
import { type Graph, tensor } from "@glissade/graph";
import { type CaseContext, type GoldenCase, NotSupported } from "../case.ts";
import { compareCheckpoints } from "../compare-checkpoints.ts";
import { floatsNamed, type NamedTensors, tensorNamed } from "../named-tensors.ts";
import { runGraph } from "../run-graph.ts";

type Tower = "text" | "image";

/**
 * Set g_clip: a small noised CLIP with given weights: both embeddings, and the guidance gradient as
 * one graph.
 */
export default async function clip(context: CaseContext): Promise<void> {
  const { tensors } = context;
  const config = await clipConfigFrom(context.directory, context.case);
  await compareCheckpoints(context);
  if (tensors.has("out.gradient")) return guidanceCase(context, config);
  if (tensors.has("in.tokens"))
    return compareEmbeddings(context, await textEmbeddings(context, config));
  if (tensors.has("in.x"))
    return compareEmbeddings(context, await imageEmbeddings(context, config));
  throw new NotSupported("the case has neither tokens nor images");
}

/**
 * The gradient of the objective, and the objective itself, from the raw tokens on: the text's half
 * first, as in the reference.
 */
async function guidanceCase(context: CaseContext, config: ClipConfig): Promise<void> {
  const { case: golden, check, tensors } = context;
  const text = floatsNamed(await textEmbeddings(context, config), "normalized");
  const x = floatsNamed(tensors, "in.x");
  const scale = tensor(
    [x.dims[0] ?? 1],
    new Float32Array(x.dims[0] ?? 1).fill(Number(golden.values?.grad_scale ?? 1)),
  );
  const results = await runTower(context, clipGuidanceGraph(config), "image", {
    x,
    timesteps: floatsNamed(tensors, "in.t"),
    text,
    scale,
  });
  if (golden.values?.objective !== undefined) {
    const objective = floatsNamed(results, "similarity").data.reduce(
      (sum, value) => sum + value,
      0,
    );
    check.close("objective", [objective], [Number(golden.values.objective)]);
  }
  check.close(
    "gradient",
    floatsNamed(results, "grad.x").data,
    floatsNamed(tensors, "out.gradient").data,
  );
}

async function textEmbeddings(context: CaseContext, config: ClipConfig): Promise<NamedTensors> {
  const inputs = {
    tokens: tensorNamed(context.tensors, "in.tokens"),
    lengths: tensorNamed(context.tensors, "in.lens"),
  };
  return runTower(context, clipTextGraph(config), "text", inputs);
}

async function imageEmbeddings(context: CaseContext, config: ClipConfig): Promise<NamedTensors> {
  const timesteps =
    config.image.timesteps === 0 ? {} : { timesteps: floatsNamed(context.tensors, "in.t") };
  return runTower(context, clipImageGraph(config), "image", {
    x: floatsNamed(context.tensors, "in.x"),
    ...timesteps,
  });
}

function compareEmbeddings({ tensors, check }: CaseContext, results: NamedTensors): void {
  for (const [reference, ours] of [
    ["out.raw", "raw"],
    ["out.normalized", "normalized"],
    ["out.before_projection", "features"],
  ] as const)
    if (tensors.has(reference))
      check.close(ours, floatsNamed(results, ours).data, floatsNamed(tensors, reference).data);
}

async function runTower(
  context: CaseContext,
  graph: Graph,
  tower: Tower,
  inputs: Readonly<Record<string, AnyTensor>>,
): Promise<NamedTensors> {
  const weights = await context.readTensors(weightsFile(context.case, tower));
  return runGraph(context, graph, new Map(Object.entries(inputs)), weights);
}

/** The weights of one tower: the file that has its name in its own. */
function weightsFile({ name, extra_files = [] }: GoldenCase, tower: Tower): string {
  const file = extra_files.find(
    (candidate) => candidate.endsWith(".safetensors") && candidate.includes(tower),
  );
  if (file === undefined)
    throw new Error(`the case ${name} names no weights of the ${tower} encoder`);
  return file;
}

/**
 * The constructor arguments of both encoders, as a case or others of the manifest in `folder` give
 * them: a case of one tower, or of neither, leaves some out.
 */
export async function clipConfigFrom(folder: string, golden?: GoldenCase): Promise<ClipConfig> {
  const { cases } = JSON.parse(await readFile(join(folder, "manifest.json"), "utf8")) as {
    cases: GoldenCase[];
  };
  const configs = [...(golden ? [golden] : []), ...cases].map(
    ({ values }) => (values?.config ?? {}) as Readonly<Record<string, unknown>>,
  );
  const text = configs.find((config) => config.n_bpe_vocab !== undefined);
  const image = configs.find((config) => config.patch_size !== undefined);
  if (!text && !image) throw new Error("no case describes the encoders");
  const logitScale = golden?.values?.logit_scale;
  return parseClipConfig({
    ...glideClip,
    ...(typeof logitScale === "number" && { logit_scale: Math.exp(logitScale) }),
    ...(text && {
      n_vocab: text.n_bpe_vocab,
      max_text_len: text.max_text_len,
      ...encoderFields(text, "text"),
    }),
    ...(image && {
      image_size: image.image_size,
      patch_size: image.patch_size,
      n_timesteps: image.n_timestep,
      ...encoderFields(image, "image"),
    }),
  });
}

function encoderFields(
  config: Readonly<Record<string, unknown>>,
  tower: Tower,
): Readonly<Record<string, unknown>> {
  return {
    n_embd: config.n_embd,
    [`n_head_${tower}`]: config.n_head,
    [`n_xf_blocks_${tower}`]: config.n_xf_blocks,
    [`n_head_state_${tower}`]: config.n_head_state,
  };
}
