import { concatRows, type Denoise, ddpm, keepKnown, predict, qSample, type Tensor } from "@glissade/core";
import type { CaseContext } from "../case.ts";
import { floatsNamed } from "../named-tensors.ts";
import { firstHalfTwice, notebookGuidance } from "../notebook-guidance.ts";
import { checkNoise, recordedNoise } from "../recorded-noise.ts";
import { referenceProcess } from "../reference-call.ts";
import { openSampledModel } from "../sampled-model.ts";

/** Set j_inpainting: the inpainting notebook's loop with the known region held, and runs that begin at a partly noised picture (SDEdit). */
export default async function inpainting(context: CaseContext): Promise<void> {
  const { case: golden, tensors, check } = context;
  const process = referenceProcess(golden);
  const scale = Number(golden.values?.guidance_scale);
  const from = golden.values?.t_start === undefined ? process.numTimesteps - 1 : Number(golden.values.t_start);
  const denoisedFn = tensors.has("in.inpaint_mask") ? keepKnown(floatsNamed(tensors, "in.inpaint_image"), floatsNamed(tensors, "in.inpaint_mask")) : undefined;
  const x = tensors.has("in.start_noise")
    ? floatsNamed(tensors, "in.start_noise")
    : qSample(process, twice(floatsNamed(tensors, "in.image")), from, floatsNamed(tensors, "in.q_noise"));
  if (tensors.has("out.start")) check.close("start", x.data, floatsNamed(tensors, "out.start").data);

  const model = await openSampledModel(context, x);
  try {
    const denoise: Denoise = async (state, index) => {
      const output = notebookGuidance(await model.run(firstHalfTwice(state), process.timestepMap[index] ?? 0), scale);
      return predict(process, output, state, index, { ...(denoisedFn && { denoisedFn }) });
    };
    const [samples, predictions]: [Tensor[], Tensor[]] = [[], []];
    const noise = recordedNoise(floatsNamed(tensors, "in.step_noise"));
    for await (const step of ddpm()({ process, denoise, noise, x, from })) {
      samples.push(step.x);
      predictions.push(step.x0);
    }
    check.close("samples", concatRows(samples).data, floatsNamed(tensors, "out.samples").data);
    if (tensors.has("out.pred_xstart")) check.close("pred_xstart", concatRows(predictions).data, floatsNamed(tensors, "out.pred_xstart").data);
    check.close("final", (samples.at(-1) ?? x).data, floatsNamed(tensors, "out.final").data);
    if (tensors.has("in.start_noise")) checkNoise(context, x);
  } finally {
    await model.dispose();
  }
}

function twice(image: Tensor): Tensor {
  return concatRows([image, image]);
}
