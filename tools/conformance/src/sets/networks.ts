import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { AnyTensor, Tensor } from "@glissade/core";
import { openSafetensors, readCheckpoint } from "@glissade/core/weights";
import {
  float16ToFloat32,
  float32ToFloat16,
  tensor,
  type WeightSource,
  weightsFromTensors,
} from "@glissade/graph";
import type { CaseContext } from "../case.ts";
import { asFloat32, floatsNamed, tensorNamed } from "../named-tensors.ts";
import { configFor, openNetwork } from "../network-under-test.ts";

/** Set g_networks: small networks with given weights, forward passes and every block between. */
export default async function networks(context: CaseContext): Promise<void> {
  const { case: golden, directory, tensors, check } = context;
  const weightsFile = await weightsFileOf(context);
  const config = await configFor(context, weightsFile);
  const x = floatsNamed(tensors, "in.x");
  const [batch = 0, , height = 0, width = 0] = x.dims;
  const lowRes = tensors.get("in.low_res")?.dims;
  const weights = golden.values?.parameters_kept_in_float32
    ? await halfPrecisionWeights(context, weightsFile)
    : await openSafetensors(join(directory, weightsFile));
  const blocks = [...tensors.keys()].filter((name) => name.startsWith("mid."));
  const network = await openNetwork(context, config, weights, {
    height,
    width,
    blockOutputs: blocks.length > 0,
    ...(lowRes && { lowRes: { height: lowRes[2] ?? 0, width: lowRes[3] ?? 0 } }),
  });
  try {
    const { xf_out, ...text } = await network.text(
      tensorNamed(tensors, "in.tokens"),
      tensorNamed(tensors, "in.mask"),
    );
    const images = config.inpainting
      ? {
          inpaint_image: tensors.get("in.inpaint_image") ?? tensor(x.dims),
          inpaint_mask: tensors.get("in.inpaint_mask") ?? tensor([batch, 1, height, width]),
        }
      : {};
    const lowResolution = lowRes ? { low_res: floatsNamed(tensors, "in.low_res") } : {};
    const results = await network.image({
      x,
      timesteps: floatsNamed(tensors, "in.timesteps"),
      ...text,
      ...images,
      ...lowResolution,
    });

    check.close(
      "output",
      floatsNamed(results, "output").data,
      floatsNamed(tensors, "out.output").data,
    );
    if (tensors.has("out.xf_proj"))
      check.close(
        "xf_proj",
        floatsNamed(text, "xf_proj").data,
        floatsNamed(tensors, "out.xf_proj").data,
      );
    if (tensors.has("out.xf_out"))
      check.close(
        "xf_out",
        floatsNamed({ xf_out }, "xf_out").data,
        floatsNamed(tensors, "out.xf_out").data,
      );
    for (const name of blocks) {
      const expected = floatsNamed(tensors, name).data; // of sample 0 alone
      check.close(
        name,
        floatsNamed(results, name.slice("mid.".length)).data.subarray(0, expected.length),
        expected,
      );
    }
    await compareCheckpoint(context, weightsFile);
  } finally {
    await network.dispose();
    await weights.dispose();
  }
}

/**
 * The weights that the case names; else those that its name begins with: `superres_small_run1` uses
 * `superres_small.safetensors`.
 */
async function weightsFileOf({
  case: { name, values, extra_files },
  directory,
}: CaseContext): Promise<string> {
  const named = values?.weights_file ?? extra_files?.find((file) => file.endsWith(".safetensors"));
  if (typeof named === "string") return named;
  const candidates = (await readdir(directory)).filter(
    (file) =>
      file.endsWith(".safetensors") &&
      file !== `${name}.safetensors` &&
      name.startsWith(basename(file, ".safetensors")),
  );
  const [longest] = candidates.sort((a, b) => b.length - a.length);
  if (!longest) throw new Error(`no weights file begins the name ${name}`);
  return longest;
}

/** The same weights are given as a PyTorch checkpoint: reading it must give the same numbers. */
async function compareCheckpoint(
  { case: golden, directory, check, readTensors }: CaseContext,
  weightsFile: string,
): Promise<void> {
  const checkpoint = golden.extra_files?.find((file) => file.endsWith(".pt"));
  if (!checkpoint) return;
  const expected = await readTensors(weightsFile);
  const read = await readCheckpoint(join(directory, checkpoint));
  check.equal(
    "names of the checkpoint's tensors",
    [...read.keys()].sort(),
    [...expected.keys()].sort(),
  );
  for (const [name, value] of expected)
    check.close(`${checkpoint}: ${name}`, floatsNamed(read, name).data, asFloat32(value).data, {
      exact: true,
    });
}

/** What `convert_to_fp16` does to the weights; the arithmetic stays float32 here. */
async function halfPrecisionWeights(
  { case: golden, readTensors }: CaseContext,
  weightsFile: string,
): Promise<WeightSource> {
  const kept = new Set(golden.values?.parameters_kept_in_float32 as readonly string[]);
  const round = (value: Tensor): Tensor =>
    tensor(value.dims, float16ToFloat32(float32ToFloat16(value.data)));
  const weights = [...(await readTensors(weightsFile))].map(
    ([name, value]) => [name, kept.has(name) ? value : round(asFloat32(value))] as const,
  );
  return weightsFromTensors(new Map<string, AnyTensor>(weights));
}
