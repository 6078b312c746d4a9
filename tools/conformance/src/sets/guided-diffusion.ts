import type { AnyTensor } from "@glissade/core";
import {
  admClassifierGraph,
  admClassifierGuidanceGraph,
  admGraph,
  parseAdmClassifierConfig,
  parseAdmConfig,
} from "@glissade/core/networks";
import { type Graph, parameterCount, tensor } from "@glissade/graph";
import type { CaseContext } from "../case.ts";
import { compareCheckpoints } from "../compare-checkpoints.ts";
import { floatsNamed, type NamedTensors, tensorNamed } from "../named-tensors.ts";
import { runGraph } from "../run-graph.ts";

/**
 * Set g_guided_diffusion: small class-conditional U-Nets, and a noised classifier with its guidance
 * gradient.
 */
export default async function guidedDiffusion(context: CaseContext): Promise<void> {
  await compareCheckpoints(context);
  if (context.tensors.has("out.logits")) await classifierCase(context);
  else await unetCase(context);
}

async function unetCase(context: CaseContext): Promise<void> {
  const { case: golden, tensors, check } = context;
  const config = parseAdmConfig(golden.values?.config);
  const x = floatsNamed(tensors, "in.x");
  const graph = admGraph(config, { height: x.dims[2] ?? 0, width: x.dims[3] ?? 0 });
  checkParameters(context, graph);
  const labels = config.classes === undefined ? {} : { y: tensorNamed(tensors, "in.y") };
  for (const [timesteps, output] of [
    ["in.timesteps", "out.output"],
    ["in.timesteps_float", "out.float_t"],
  ] as const) {
    if (!tensors.has(output)) continue;
    const results = await run(context, graph, {
      x,
      timesteps: floatsNamed(tensors, timesteps),
      ...labels,
    });
    check.close(output, floatsNamed(results, "output").data, floatsNamed(tensors, output).data);
  }
}

async function classifierCase(context: CaseContext): Promise<void> {
  const { case: golden, tensors, check } = context;
  const config = parseAdmClassifierConfig(golden.values?.config);
  const x = floatsNamed(tensors, "in.x");
  const timesteps = floatsNamed(tensors, "in.timesteps");
  const [batch = 0, , size = 0] = x.dims;
  const graph = admClassifierGraph(config, { size });
  checkParameters(context, graph);
  const results = await run(context, graph, { x, timesteps });
  check.close(
    "logits",
    floatsNamed(results, "logits").data,
    floatsNamed(tensors, "out.logits").data,
  );
  if (tensors.has("out.log_probs"))
    check.close(
      "log_probs",
      floatsNamed(results, "log_probs").data,
      floatsNamed(tensors, "out.log_probs").data,
    );
  if (!tensors.has("out.gradient")) return;
  const scale = tensor(
    [batch],
    new Float32Array(batch).fill(Number(golden.values?.classifier_scale ?? 1)),
  );
  const guided = await run(context, admClassifierGuidanceGraph(config, { size }), {
    x,
    timesteps,
    y: tensorNamed(tensors, "in.y"),
    scale,
  });
  check.close(
    "gradient",
    floatsNamed(guided, "grad.x").data,
    floatsNamed(tensors, "out.gradient").data,
  );
}

function checkParameters({ case: { values }, check }: CaseContext, graph: Graph): void {
  if (values?.parameters !== undefined)
    check.equal("number of parameters", parameterCount(graph), values.parameters);
}

async function run(
  context: CaseContext,
  graph: Graph,
  inputs: Readonly<Record<string, AnyTensor>>,
): Promise<NamedTensors> {
  const file = context.case.extra_files?.find((name) => name.endsWith(".safetensors"));
  if (file === undefined) throw new Error(`the case ${context.case.name} names no weights`);
  return runGraph(context, graph, new Map(Object.entries(inputs)), await context.readTensors(file));
}
