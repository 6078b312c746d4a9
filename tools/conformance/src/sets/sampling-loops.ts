import type { Sampler, Tensor } from "@glissade/core";
import type { Denoise } from "@glissade/core/diffusion";
import { predict } from "@glissade/core/diffusion";
import { conditionMean, conditionScore } from "@glissade/core/guidance";
import { ddim, ddpm } from "@glissade/core/samplers";
import { concatRows } from "@glissade/graph";
import { type CaseContext, type GoldenCase, NotSupported } from "../case.ts";
import { openGuidingGradient } from "../guiding-gradient.ts";
import { floatsNamed } from "../named-tensors.ts";
import { firstHalfTwice, notebookGuidance } from "../notebook-guidance.ts";
import { checkNoise, recordedNoise } from "../recorded-noise.ts";
import { findCall, referenceProcess } from "../reference-call.ts";
import { openSampledModel } from "../sampled-model.ts";

function isDeterministic({ call = "" }: GoldenCase): boolean {
  return /\bddim_sample_loop\(/.test(call);
}

/** The sampler that a case's call names. @throws NotSupported for another method. */
function samplerOf(golden: GoldenCase): Sampler {
  const { name, call = "" } = golden;
  if (isDeterministic(golden))
    return ddim({ eta: Number(findCall(call, "ddim_sample_loop")?.named.get("eta") ?? 0) });
  if (/\bp_sample_loop\(/.test(call)) return ddpm();
  throw new NotSupported(`the call of ${name} names no sampling loop that is known`);
}

/** Set c_sampling_loops: whole runs of GLIDE's samplers, every step compared. */
export default async function samplingLoops(context: CaseContext): Promise<void> {
  const { case: golden, tensors, check } = context;
  const sampler = samplerOf(golden);
  // classifier-free guidance over 2B rows, as in the notebooks
  const scale = golden.values?.guidance_scale as number | undefined;

  const start = floatsNamed(tensors, "in.start_noise");
  const model = await openSampledModel(context, start);
  const guiding = await openGuidingGradient(context);
  try {
    const diffusion = referenceProcess(golden);
    const denoise: Denoise = async (x, index) => {
      const timestep = diffusion.timestepMap[index] ?? 0;
      const output =
        scale === undefined
          ? await model.run(x, timestep)
          : notebookGuidance(await model.run(firstHalfTwice(x), timestep), scale);
      const prediction = predict(diffusion, output, x, index);
      if (!guiding) return prediction;
      const gradient = await guiding.gradient(x, timestep);
      return isDeterministic(golden)
        ? conditionScore(diffusion, prediction, x, index, gradient)
        : conditionMean(prediction, gradient);
    };

    const samples: Tensor[] = [];
    const predictions: Tensor[] = [];
    for await (const { x, x0 } of sampler({
      diffusion,
      denoise,
      noise: recordedNoise(floatsNamed(tensors, "in.step_noise")),
      x: start,
    })) {
      samples.push(x);
      predictions.push(x0);
    }
    check.close("samples", concatRows(samples).data, floatsNamed(tensors, "out.samples").data);
    check.close(
      "pred_xstart",
      concatRows(predictions).data,
      floatsNamed(tensors, "out.pred_xstart").data,
    );
    check.close("final", (samples.at(-1) ?? start).data, floatsNamed(tensors, "out.final").data);
    checkNoise(context, start);
  } finally {
    await model.dispose();
    await guiding?.dispose();
  }
}
