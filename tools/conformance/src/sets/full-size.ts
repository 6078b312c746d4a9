import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AnyTensor, Tensor } from "@glissade/core";
import {
  clipGuidanceGraph,
  clipImageGraph,
  clipTextGraph,
  glideClip,
  parseClipConfig,
  parseTextToImageConfig,
  type TextToImageConfig,
} from "@glissade/core/networks";
import { clipTokenizer, glideTokenizer } from "@glissade/core/text";
import { openSafetensors, writeSafetensors } from "@glissade/core/weights";
import {
  computedWeights,
  mapTensor,
  parameterCount,
  sizeOf,
  tensor,
  typedTensor,
  type WeightSource,
} from "@glissade/graph";
import { fnv1a32, formulaValues, formulaWeight } from "@glissade/graph/testing";
import { loadClipVocabulary } from "@glissade/vocabularies/clip";
import { loadGpt2Vocabulary } from "@glissade/vocabularies/gpt2";
import { type CaseContext, NotSupported } from "../case.ts";
import { asFloat32, floatsNamed, tensorNamed } from "../named-tensors.ts";
import { openNetwork } from "../network-under-test.ts";
import { runGraph } from "../run-graph.ts";

type ParameterList = readonly (readonly [name: string, dims: readonly number[]])[];

interface WeightCheck {
  readonly shape: readonly number[];
  readonly fnv1a32: number;
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly sum_float64: number;
}

/** Peak memory of the whole process against the size of the weights. */
const memoryLimit = 2.5;

/**
 * Set h_full_size: the published architectures, 385 to 398 million parameters, from weights that a
 * formula gives. The weights are written to a temporary safetensors file (1.6 GB) and used from
 * there, as a converted checkpoint is.
 */
export default async function fullSize(context: CaseContext): Promise<void> {
  const { case: golden, directory, check } = context;
  if (golden.values?.options === undefined) return clipFullSize(context);
  const config = parseTextToImageConfig({ ...(golden.values?.options as object) });
  const parameters = JSON.parse(
    await readFile(
      join(directory, golden.extra_files?.[0] ?? `parameters_${golden.name}.json`),
      "utf8",
    ),
  ) as ParameterList;
  checkFormula(context, parameters, "weight_check");

  const folder = await mkdtemp(join(tmpdir(), "glissade-full-size-"));
  try {
    const file = join(folder, "model.safetensors");
    await writeSafetensors(file, computedWeights(parameters, formulaWeight));
    await compareForward(context, config, file);
    const bytes = parameters.reduce((total, [, dims]) => total + 4 * sizeOf(dims), 0);
    const peak = process.resourceUsage().maxRSS * 1024;
    check.equal(
      `peak memory of ${(peak / 2 ** 30).toFixed(2)} GiB is under ${memoryLimit} times the weights (${(bytes / 2 ** 30).toFixed(2)} GiB)`,
      peak < memoryLimit * bytes,
      true,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The published noised CLIP, 158 million parameters in its two towers: embeddings and guidance
 * gradient. Its weights are small enough to be handed over in memory.
 */
async function clipFullSize(context: CaseContext): Promise<void> {
  const { case: golden, directory, check } = context;
  const config = parseClipConfig(glideClip);
  const graphs = {
    text: clipTextGraph(config),
    image: clipImageGraph(config),
    guidance: clipGuidanceGraph(config),
  };
  const weightsOf = async (tower: "text" | "image"): Promise<WeightSource> => {
    const file =
      golden.extra_files?.find((name) => name.includes(`_${tower}_`)) ??
      `parameters_clip_${tower}_enc.json`;
    const parameters = JSON.parse(await readFile(join(directory, file), "utf8")) as ParameterList;
    checkFormula(context, parameters, `weight_check_${tower}`);
    const byName = (list: ParameterList) =>
      Object.fromEntries(list.map(([name, dims]) => [name, sizeOf(dims)]));
    check.equal(
      `parameters of the ${tower} encoder`,
      byName(graphs[tower].parameters.map(({ name, dims }) => [name, dims])),
      byName(parameters),
    );
    check.equal(
      `number of parameters of the ${tower} encoder`,
      parameterCount(graphs[tower]),
      golden.values?.[`parameters_${tower}`],
    );
    return computedWeights(parameters, formulaWeight);
  };

  const { raw: textRaw, normalized: text } = Object.fromEntries(
    await runGraph(
      context,
      graphs.text,
      await clipTokens(context, config.text.textContext),
      await weightsOf("text"),
    ),
  );
  compare(context, "text_raw", textRaw);
  compare(context, "text_normalized", text);
  const imageWeights = await weightsOf("image");
  const inputs = new Map<string, AnyTensor>([
    ["x", inputTensor(context, "x")],
    ["timesteps", tensor([1], [Number(golden.values?.t)])],
    ["text", tensorNamed({ text }, "text")],
    ["scale", tensor([1], [Number(golden.values?.grad_scale)])],
  ]);
  const image = await runGraph(context, graphs.image, inputs, imageWeights);
  compare(context, "image_raw", image.get("raw"));
  compare(context, "image_normalized", image.get("normalized"));
  const guidance = await runGraph(context, graphs.guidance, inputs, imageWeights);
  check.close(
    "cosine",
    [(floatsNamed(guidance, "similarity").data[0] ?? Number.NaN) / config.logitScale],
    [Number(golden.values?.cosine)],
  );
  check.closeToScale(
    "gradient",
    floatsNamed(guidance, "grad.x").data,
    floatsNamed(context.tensors, "out.gradient").data,
    { rtol: 1e-3 },
  ); // "1e-3 times its largest entry"
}

/** The prompt through our own CLIP tokenizer, checked against the recorded ids. */
async function clipTokens(
  { case: golden, check }: CaseContext,
  length: number,
): Promise<Map<string, AnyTensor>> {
  const row = clipTokenizer(await loadClipVocabulary(), {
    contextLength: length,
  }).paddedTokensAndLength(String(golden.values?.prompt));
  check.equal("tokens of the prompt", row.tokens.subarray(0, row.length), golden.values?.tokens);
  check.equal("number of tokens", row.length, golden.values?.len);
  return new Map<string, AnyTensor>([
    ["tokens", typedTensor("int64", [1, length], BigInt64Array.from(row.tokens, BigInt))],
    ["lengths", typedTensor("int64", [1], BigInt64Array.of(BigInt(row.length)))],
  ]);
}

function checkFormula(
  { case: golden, check }: CaseContext,
  parameters: ParameterList,
  key: string,
): void {
  const dimsOf = new Map(parameters);
  for (const [name, expected] of Object.entries(
    golden.values?.[key] as Readonly<Record<string, WeightCheck>>,
  )) {
    const { data } = formulaWeight(name, dimsOf.get(name) ?? []);
    check.equal(`${name}: hash`, fnv1a32(name), expected.fnv1a32);
    check.close(`${name}: first values`, data.subarray(0, 4), expected.first, { exact: true });
    check.close(`${name}: last values`, data.subarray(-2), expected.last, { exact: true });
    check.close(
      `${name}: sum`,
      [data.reduce((sum, value) => sum + value, 0)],
      [expected.sum_float64],
      { rtol: 1e-9, atol: 1e-6 },
    );
  }
}

async function compareForward(
  context: CaseContext,
  config: TextToImageConfig,
  file: string,
): Promise<void> {
  const { case: golden, tensors, check } = context;
  const x = inputTensor(context, "x");
  const [, , height = 0, width = 0] = x.dims;
  const lowRes = config.superResolution ? inputTensor(context, "low_res") : undefined;
  const weights = await openSafetensors(file);
  const network = await openNetwork(context, config, weights, {
    height,
    width,
    ...(lowRes && { lowRes: { height: lowRes.dims[2] ?? 0, width: lowRes.dims[3] ?? 0 } }),
  });
  try {
    const { xf_out, ...text } = await network.text(
      ...(await tokenTensors(context, config, String(golden.values?.prompt))),
    );
    compare(context, "xf_proj", text.xf_proj);
    compare(context, "xf_out", xf_out);
    if (tensors.has("out.empty_prompt.xf_proj")) {
      const empty = await network.text(...(await tokenTensors(context, config, "")));
      compare(context, "empty_prompt.xf_proj", empty.xf_proj);
    }
    const images = config.inpainting
      ? { inpaint_image: inputTensor(context, "inpaint_image"), inpaint_mask: inpaintMask(context) }
      : {};
    const { output } = await network.image({
      x,
      timesteps: tensor([1], [Number(golden.values?.t)]),
      ...text,
      ...images,
      ...(lowRes && { low_res: lowRes }),
    });
    compare(context, "output", output);
  } finally {
    await network.dispose();
    await weights.dispose();
  }
  check.equal(
    "number of parameters",
    weights.names.reduce((total, name) => total + sizeOf(weights.describe(name)?.dims ?? []), 0),
    golden.values?.parameters,
  );
}

function compare(
  { tensors, check }: CaseContext,
  name: string,
  actual: AnyTensor | undefined,
): void {
  const expected = tensors.get(`out.${name}`);
  if (!expected) return;
  if (!actual) throw new Error(`the network gave no ${name}`);
  check.close(name, asFloat32(actual).data, asFloat32(expected).data);
}

/**
 * The prompt through our own tokenizer and GPT-2's vocabulary, checked against the recorded ids.
 */
async function tokenTensors(
  { case: golden, check }: CaseContext,
  { text }: TextToImageConfig,
  prompt: string,
): Promise<[AnyTensor, AnyTensor]> {
  const length = text?.textContext ?? 0;
  const tokenizer = glideTokenizer(await loadGpt2Vocabulary(), { contextLength: length });
  if (prompt !== "")
    check.equal("tokens of the prompt", tokenizer.encode(prompt), golden.values?.tokens);
  const { tokens, mask } = tokenizer.paddedTokensAndMask(prompt);
  return [
    typedTensor("int64", [1, length], BigInt64Array.from(tokens, BigInt)),
    typedTensor("bool", [1, length], Uint8Array.from(mask, Number)),
  ];
}

function inputTensor({ case: golden }: CaseContext, name: string): Tensor {
  const inputs = golden.values?.inputs as Readonly<
    Record<string, { shape: readonly number[]; scale: string; name: string }>
  >;
  const input = inputs[name];
  if (!input) throw new Error(`the case describes no input ${name}`);
  return formulaValues(input.name, input.shape, {
    scale: input.scale === "sqrt(12)" ? Math.sqrt(12) : Number(input.scale),
  });
}

/** The inpainting mask by its rule, "1 for rows 0..19, else 0". */
function inpaintMask({ case: golden }: CaseContext): Tensor {
  const inputs = golden.values?.inputs as Readonly<
    Record<string, { shape: readonly number[]; rule?: string }>
  >;
  const { shape = [], rule = "" } = inputs.inpaint_mask ?? {};
  const [, first, last] = /^1 for rows (\d+)\.\.(\d+), else 0$/.exec(rule) ?? [];
  if (last === undefined) throw new NotSupported(`the rule of the inpainting mask: ${rule}`);
  const width = shape.at(-1) ?? 1;
  const known = (row: number) => row >= Number(first) && row <= Number(last);
  return mapTensor(tensor(shape), (_, i) => (known(Math.floor(i / width)) ? 1 : 0));
}
