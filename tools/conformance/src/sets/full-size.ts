import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AnyTensor,
  computedWeights,
  glideTokenizer,
  mapTensor,
  openSafetensors,
  parseTextToImageConfig,
  sizeOf,
  type Tensor,
  type TextToImageConfig,
  tensor,
  typedTensor,
  writeSafetensors,
} from "@glissade/core";
import { loadGpt2Vocabulary } from "@glissade/vocabularies/gpt2";
import { type CaseContext, NotSupported } from "../case.ts";
import { fnv1a32, formulaValues, formulaWeight } from "../formula-weights.ts";
import { asFloat32 } from "../named-tensors.ts";
import { openNetwork } from "../network-under-test.ts";

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
 * Set h_full_size: the published architectures, 385 to 398 million parameters, from weights that a formula gives. The weights are written to a temporary
 * safetensors file (1.6 GB) and used from there, as a converted checkpoint is.
 */
export default async function fullSize(context: CaseContext): Promise<void> {
  const { case: golden, directory, check } = context;
  if (golden.values?.options === undefined) throw new NotSupported("the noised CLIP is not built yet");
  const config = parseTextToImageConfig({ ...(golden.values?.options as object) });
  const parameters = JSON.parse(await readFile(join(directory, golden.extra_files?.[0] ?? `parameters_${golden.name}.json`), "utf8")) as ParameterList;
  checkFormula(context, parameters);

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

function checkFormula({ case: golden, check }: CaseContext, parameters: ParameterList): void {
  const dimsOf = new Map(parameters);
  for (const [name, expected] of Object.entries(golden.values?.weight_check as Readonly<Record<string, WeightCheck>>)) {
    const { data } = formulaWeight(name, dimsOf.get(name) ?? []);
    check.equal(`${name}: hash`, fnv1a32(name), expected.fnv1a32);
    check.close(`${name}: first values`, data.subarray(0, 4), expected.first, { exact: true });
    check.close(`${name}: last values`, data.subarray(-2), expected.last, { exact: true });
    check.close(`${name}: sum`, [data.reduce((sum, value) => sum + value, 0)], [expected.sum_float64], { rtol: 1e-9, atol: 1e-6 });
  }
}

async function compareForward(context: CaseContext, config: TextToImageConfig, file: string): Promise<void> {
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
    const { xf_out, ...text } = await network.text(...(await tokenTensors(context, config, String(golden.values?.prompt))));
    compare(context, "xf_proj", text.xf_proj);
    compare(context, "xf_out", xf_out);
    if (tensors.has("out.empty_prompt.xf_proj")) {
      const empty = await network.text(...(await tokenTensors(context, config, "")));
      compare(context, "empty_prompt.xf_proj", empty.xf_proj);
    }
    const pictures = config.inpainting ? { inpaint_image: inputTensor(context, "inpaint_image"), inpaint_mask: inpaintMask(context) } : {};
    const { output } = await network.image({ x, timesteps: tensor([1], [Number(golden.values?.t)]), ...text, ...pictures, ...(lowRes && { low_res: lowRes }) });
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

function compare({ tensors, check }: CaseContext, name: string, actual: AnyTensor | undefined): void {
  const expected = tensors.get(`out.${name}`);
  if (!expected) return;
  if (!actual) throw new Error(`the network gave no ${name}`);
  check.close(name, asFloat32(actual).data, asFloat32(expected).data);
}

/** The prompt through our own tokenizer and GPT-2's vocabulary, checked against the recorded ids. */
async function tokenTensors({ case: golden, check }: CaseContext, { text }: TextToImageConfig, prompt: string): Promise<[AnyTensor, AnyTensor]> {
  const length = text?.textContext ?? 0;
  const tokenizer = glideTokenizer(await loadGpt2Vocabulary(), { contextLength: length });
  if (prompt !== "") check.equal("tokens of the prompt", tokenizer.encode(prompt), golden.values?.tokens);
  const { tokens, mask } = tokenizer.paddedTokensAndMask(prompt);
  return [typedTensor("int64", [1, length], BigInt64Array.from(tokens, BigInt)), typedTensor("bool", [1, length], Uint8Array.from(mask, Number))];
}

function inputTensor({ case: golden }: CaseContext, name: string): Tensor {
  const inputs = golden.values?.inputs as Readonly<Record<string, { shape: readonly number[]; scale: string; name: string }>>;
  const input = inputs[name];
  if (!input) throw new Error(`the case describes no input ${name}`);
  return formulaValues(input.name, input.shape, { scale: input.scale === "sqrt(12)" ? Math.sqrt(12) : Number(input.scale) });
}

/** The inpainting mask by its rule, "1 for rows 0..19, else 0". */
function inpaintMask({ case: golden }: CaseContext): Tensor {
  const inputs = golden.values?.inputs as Readonly<Record<string, { shape: readonly number[]; rule?: string }>>;
  const { shape = [], rule = "" } = inputs.inpaint_mask ?? {};
  const [, first, last] = /^1 for rows (\d+)\.\.(\d+), else 0$/.exec(rule) ?? [];
  if (last === undefined) throw new NotSupported(`the rule of the inpainting mask: ${rule}`);
  const width = shape.at(-1) ?? 1;
  const known = (row: number) => row >= Number(first) && row <= Number(last);
  return mapTensor(tensor(shape), (_, i) => (known(Math.floor(i / width)) ? 1 : 0));
}
