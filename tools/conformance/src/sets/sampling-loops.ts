import { join } from "node:path";
import {
  admGraph,
  batchNoise,
  concatRows,
  conditionMean,
  conditionScore,
  type Denoise,
  ddim,
  ddpm,
  type NoiseSource,
  openSafetensors,
  parseAdmConfig,
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
import { caseOfWeights, openGuidingGradient } from "../guiding-gradient.ts";
import { asFloat32, floatsNamed, tensorNamed } from "../named-tensors.ts";
import { configFor, openNetwork } from "../network-under-test.ts";
import { firstHalfTwice, notebookGuidance } from "../notebook-guidance.ts";
import { findCall, referenceProcess } from "../reference-call.ts";

function isDeterministic({ call = "" }: GoldenCase): boolean {
  return /\bddim_sample_loop\(/.test(call);
}

/** The sampler that a case's call names. @throws NotSupported for another method. */
function samplerOf(golden: GoldenCase): Sampler {
  const { name, call = "" } = golden;
  if (isDeterministic(golden)) return ddim({ eta: Number(findCall(call, "ddim_sample_loop")?.named.get("eta") ?? 0) });
  if (/\bp_sample_loop\(/.test(call)) return ddpm();
  throw new NotSupported(`the call of ${name} names no sampling loop that is known`);
}

/** Set c_sampling_loops: whole runs of GLIDE's samplers, every step compared. */
export default async function samplingLoops(context: CaseContext): Promise<void> {
  const { case: golden, tensors, check } = context;
  const sampler = samplerOf(golden);
  const scale = golden.values?.guidance_scale as number | undefined; // classifier-free guidance over 2B rows, as in the notebooks

  const start = floatsNamed(tensors, "in.start_noise");
  const model = await openModel(context, start);
  const guiding = await openGuidingGradient(context);
  try {
    const process = referenceProcess(golden);
    const denoise: Denoise = async (x, index) => {
      const timestep = process.timestepMap[index] ?? 0;
      const output = scale === undefined ? await model.run(x, timestep) : notebookGuidance(await model.run(firstHalfTwice(x), timestep), scale);
      const prediction = predict(process, output, x, index);
      if (!guiding) return prediction;
      const gradient = await guiding.gradient(x, timestep);
      return isDeterministic(golden) ? conditionScore(process, prediction, x, index, gradient) : conditionMean(prediction, gradient);
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
    await model.dispose();
    await guiding?.dispose();
  }
}

interface Model {
  run(x: Tensor, timestep: number): Promise<Tensor>;
  dispose(): Promise<void>;
}

/** The diffusion model of the case with its condition: guided-diffusion's by class, or GLIDE's by text. */
async function openModel(context: CaseContext, start: Tensor): Promise<Model> {
  const { case: golden, directory, tensors, backend } = context;
  const weightsFile = String(golden.values?.weights_file);
  const weights = await openSafetensors(join(directory, weightsFile));
  const [batch = 0, , height = 0, width = 0] = start.dims;
  const timesteps = (timestep: number) => tensor([batch], new Float32Array(batch).fill(timestep));
  if (golden.call?.startsWith("guided_diffusion")) {
    const config = parseAdmConfig((await caseOfWeights(join(directory, weightsFile))).values?.config);
    const network = await backend.compile(admGraph(config, { height, width }), weights);
    await weights.dispose();
    const y = tensorNamed(tensors, "in.y");
    return {
      run: async (x, timestep) => floatsNamed(await network.run({ x, timesteps: timesteps(timestep), y }), "output"),
      dispose: () => network.dispose(),
    };
  }
  const lowRes = lowResInput(context);
  const network = await openNetwork(context, await configFor(context, weightsFile), weights, {
    height,
    width,
    ...(lowRes && { lowRes: { height: lowRes.dims[2] ?? 0, width: lowRes.dims[3] ?? 0 } }),
  });
  const { xf_out: _features, ...text } = await network.text(tensorNamed(tensors, "in.tokens"), tensorNamed(tensors, "in.mask"));
  return {
    run: async (x, timestep) => floatsNamed(await network.image({ x, timesteps: timesteps(timestep), ...text, ...(lowRes && { low_res: lowRes }) }), "output"),
    async dispose() {
      await network.dispose();
      await weights.dispose();
    },
  };
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
