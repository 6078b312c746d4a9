import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Tensor } from "@glissade/core";
import {
  admClassifierGuidanceGraph,
  clipGuidanceGraph,
  clipTextGraph,
  parseAdmClassifierConfig,
} from "@glissade/core/networks";
import { openSafetensors } from "@glissade/core/weights";
import { type Executable, tensor } from "@glissade/graph";
import type { CaseContext, GoldenCase } from "./case.ts";
import { floatsNamed, tensorNamed } from "./named-tensors.ts";
import { findCall } from "./reference-call.ts";
import { clipConfigFrom } from "./sets/clip.ts";

export interface GuidingGradient {
  /** Times its scale, as the reference's `cond_fn` gives it. */
  gradient(x: Tensor, timestep: number): Promise<Tensor>;
  dispose(): Promise<void>;
}

/** The gradient that a sampling loop is guided by: a noised CLIP's, a classifier's, or none. */
export async function openGuidingGradient(
  context: CaseContext,
): Promise<GuidingGradient | undefined> {
  const { case: golden, tensors } = context;
  const [, , , size = 0] = tensorNamed(tensors, "in.start_noise").dims;
  if (golden.values?.clip_weights !== undefined)
    return openClip(context, golden.values.clip_weights as readonly string[]);
  if (golden.values?.classifier_weights === undefined) return undefined;
  const file = join(context.directory, String(golden.values.classifier_weights));
  const config = parseAdmClassifierConfig((await caseOfWeights(file)).values?.config);
  const network = await compileFrom(context, admClassifierGuidanceGraph(config, { size }), file);
  return guiding(network, Number(golden.values.classifier_scale), {
    y: tensorNamed(tensors, "in.y"),
  });
}

async function openClip(context: CaseContext, files: readonly string[]): Promise<GuidingGradient> {
  const { case: golden, directory, tensors } = context;
  const [textFile = "", imageFile = ""] = ["text", "image"].map((tower) =>
    join(directory, files.find((name) => basename(name).includes(tower)) ?? ""),
  );
  const config = await clipConfigFrom(dirname(textFile));
  const encoder = await compileFrom(context, clipTextGraph(config), textFile);
  const { normalized } = await encoder.run({
    tokens: tensorNamed(tensors, "in.clip_tokens"),
    lengths: tensorNamed(tensors, "in.clip_lens"),
  });
  await encoder.dispose();
  const network = await compileFrom(context, clipGuidanceGraph(config), imageFile);
  return guiding(network, Number(findCall(golden.call ?? "", "cond_fn")?.positional[1] ?? 1), {
    text: tensorNamed({ normalized }, "normalized"),
  });
}

function guiding(
  network: Executable,
  scale: number,
  condition: Parameters<Executable["run"]>[0],
): GuidingGradient {
  return {
    async gradient(x, timestep) {
      const perRow = (value: number) =>
        tensor([x.dims[0] ?? 1], new Float32Array(x.dims[0] ?? 1).fill(value));
      return floatsNamed(
        await network.run({ x, timesteps: perRow(timestep), scale: perRow(scale), ...condition }),
        "grad.x",
      );
    },
    dispose: () => network.dispose(),
  };
}

/** The case, in the manifest beside a weights file, that uses it. */
export async function caseOfWeights(file: string): Promise<GoldenCase> {
  const manifest = JSON.parse(await readFile(join(dirname(file), "manifest.json"), "utf8")) as {
    cases: GoldenCase[];
  };
  const found = manifest.cases.find(
    ({ extra_files = [], values }) =>
      extra_files.includes(basename(file)) && values?.config !== undefined,
  );
  if (!found) throw new Error(`no case describes the network of ${file}`);
  return found;
}

async function compileFrom(
  { backend }: CaseContext,
  graph: Parameters<CaseContext["backend"]["compile"]>[0],
  file: string,
): Promise<Executable> {
  const weights = await openSafetensors(file);
  try {
    return await backend.compile(graph, weights);
  } finally {
    await weights.dispose();
  }
}
