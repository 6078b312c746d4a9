import { join } from "node:path";
import {
  batchNoise,
  concatRows,
  type Denoise,
  ddim,
  ddpm,
  type NoiseSource,
  openSafetensors,
  predict,
  quantizeLowResolution,
  rows,
  type Sampler,
  type Tensor,
  tensor,
  torchGenerator,
  weightedSum,
} from "@glissade/core";
import { type CaseContext, type GoldenCase, NotSupported } from "../case.ts";
import { asFloat32, floatsNamed, tensorNamed } from "../named-tensors.ts";
import { configFor, openNetwork } from "../network-under-test.ts";
import { firstHalfTwice, notebookGuidance } from "../notebook-guidance.ts";
import { findCall, referenceProcess } from "../reference-call.ts";

/** The sampler that a case's call names. @throws NotSupported for another method. */
function samplerOf({ name, call = "" }: GoldenCase): Sampler {
  if (/\bddim_sample_loop\(/.test(call)) return ddim({ eta: Number(findCall(call, "ddim_sample_loop")?.named.get("eta") ?? 0) });
  if (/\bp_sample_loop\(/.test(call)) return ddpm();
  throw new NotSupported(`the call of ${name} names no sampling loop that is known`);
}

/** @throws NotSupported for guidance by the gradient of a network that is not built yet. */
function assertNetworksBuilt({ values }: GoldenCase): void {
  if (values?.clip_weights !== undefined) throw new NotSupported("the noised CLIP is not built yet");
  if (values?.classifier_weights !== undefined) throw new NotSupported("ADM's class-conditional network and classifier are not built yet");
}

/** Set c_sampling_loops: whole runs of GLIDE's samplers, every step compared. */
export default async function samplingLoops(context: CaseContext): Promise<void> {
  const { case: golden, directory, tensors, check } = context;
  assertNetworksBuilt(golden);
  const sampler = samplerOf(golden);
  const scale = golden.values?.guidance_scale as number | undefined; // classifier-free guidance over 2B rows, as in the notebooks

  const weightsFile = String(golden.values?.weights_file);
  const config = await configFor(context, weightsFile);
  const weights = await openSafetensors(join(directory, weightsFile));
  const start = floatsNamed(tensors, "in.start_noise");
  const [batch = 0, , height = 0, width = 0] = start.dims;
  const lowRes = lowResInput(context);
  const network = await openNetwork(context, config, weights, {
    height,
    width,
    ...(lowRes && { lowRes: { height: lowRes.dims[2] ?? 0, width: lowRes.dims[3] ?? 0 } }),
  });
  try {
    const { xf_out: _features, ...text } = await network.text(tensorNamed(tensors, "in.tokens"), tensorNamed(tensors, "in.mask"));
    const process = referenceProcess(golden);
    const model = async (x: Tensor, timestep: number) => {
      const timesteps = tensor([batch], new Float32Array(batch).fill(timestep));
      return floatsNamed(await network.image({ x, timesteps, ...text, ...(lowRes && { low_res: lowRes }) }), "output");
    };
    const denoise: Denoise = async (x, index) => {
      const timestep = process.timestepMap[index] ?? 0;
      return predict(process, scale === undefined ? await model(x, timestep) : notebookGuidance(await model(firstHalfTwice(x), timestep), scale), x, index);
    };

    const samples: Tensor[] = [];
    const predictions: Tensor[] = [];
    for await (const { x, x0 } of sampler({ process, denoise, noise: recordedNoise(floatsNamed(tensors, "in.step_noise")), x: start })) {
      samples.push(x);
      predictions.push(x0);
    }
    check.close("samples", concatRows(samples).data, floatsNamed(tensors, "out.samples").data);
    check.close("pred_xstart", concatRows(predictions).data, floatsNamed(tensors, "out.pred_xstart").data);
    check.close("final", (samples.at(-1) ?? start).data, floatsNamed(tensors, "out.final").data);
    checkNoise(context, start);
  } finally {
    await network.dispose();
    await weights.dispose();
  }
}

/** The low-resolution picture as the upsampler is given it: our own quantisation of the base sample, which must be the recorded one. */
function lowResInput({ tensors, check }: CaseContext): Tensor | undefined {
  const base = tensors.get("in.base_sample");
  if (!base) return undefined;
  const quantized = quantizeLowResolution(asFloat32(base));
  check.close("low_res", quantized.data, floatsNamed(tensors, "in.low_res").data, { rtol: 0, atol: 1e-6 });
  return quantized;
}

/** The recorded draws [steps, rows, ...] one after the other. */
function recordedNoise(draws: Tensor): NoiseSource {
  let step = 0;
  const [, ...dims] = draws.dims;
  return () => ({ ...rows(draws, step, ++step), dims });
}

/** Where the case has a seed, our generator draws the recorded noise: the start, then one draw a step. */
function checkNoise({ case: golden, tensors, check }: CaseContext, start: Tensor): void {
  const { seed } = golden.values ?? {};
  if (typeof seed !== "number") return;
  const generator = torchGenerator(seed);
  const tolerance = { rtol: 0, atol: 3e-6 }; // as in e_torch_rng
  check.close("start noise of the seed", generator.randn(start.dims).data, start.data, tolerance);
  const recorded = floatsNamed(tensors, "in.step_noise");
  const draws = Array.from({ length: recorded.dims[0] ?? 0 }, () => generator.randn(start.dims));
  check.close("step noise of the seed", concatRows(draws).data, recorded.data, tolerance);

  if (golden.values?.guidance_scale === undefined) return;
  // The pipeline's seed mode "batch" must keep the first half of the same draws.
  const half = batchNoise(seed, { rowsPerImage: 2 })([(start.dims[0] ?? 0) / 2, ...start.dims.slice(1)]);
  check.close("the first rows in batch mode", half.data, weightedSum([1, rows(start, 0, half.dims[0] ?? 0)]).data, tolerance);
}
