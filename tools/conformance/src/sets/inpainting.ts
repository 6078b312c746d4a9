import type { Tensor } from "@glissade/core";
import type { Denoise } from "@glissade/core/diffusion";
import { type GaussianDiffusion, keepKnown, predict, qSample } from "@glissade/core/diffusion";
import { ddpm } from "@glissade/core/samplers";
import { concatRows, interpreter, rows } from "@glissade/graph";
import type { CaseContext, Tolerance } from "../case.ts";
import { floatsNamed } from "../named-tensors.ts";
import { firstHalfTwice, notebookGuidance } from "../notebook-guidance.ts";
import { checkNoise, recordedNoise } from "../recorded-noise.ts";
import { referenceProcess } from "../reference-call.ts";
import { openSampledModel } from "../sampled-model.ts";

/**
 * Set j_inpainting: the inpainting notebook's loop with the known region held, and runs that begin
 * at a partly noised image (SDEdit).
 */
export default async function inpainting(context: CaseContext): Promise<void> {
  const { case: golden, tensors, check } = context;
  const diffusion = referenceProcess(golden);
  const from =
    golden.values?.t_start === undefined
      ? diffusion.numTimesteps - 1
      : Number(golden.values.t_start);
  const x = tensors.has("in.start_noise")
    ? floatsNamed(tensors, "in.start_noise")
    : qSample(
        diffusion,
        twice(floatsNamed(tensors, "in.image")),
        from,
        floatsNamed(tensors, "in.q_noise"),
      );
  if (tensors.has("out.start"))
    check.close("start", x.data, floatsNamed(tensors, "out.start").data);

  const [samples, predictions]: [Tensor[], Tensor[]] = [[], []];
  await withDenoiser(context, diffusion, x, async (denoise) => {
    const noise = recordedNoise(floatsNamed(tensors, "in.step_noise"));
    for await (const step of ddpm()({ diffusion, denoise, noise, x, from })) {
      samples.push(step.x);
      predictions.push(step.x0);
    }
  });
  check.close("samples", concatRows(samples).data, floatsNamed(tensors, "out.samples").data);
  check.close("final", (samples.at(-1) ?? x).data, floatsNamed(tensors, "out.final").data);
  if (tensors.has("out.pred_xstart")) await checkPredictions(context, diffusion, x, predictions);
  if (tensors.has("in.start_noise")) checkNoise(context, x);
}

/** The notebook's guided network with the known region put into each predicted image. */
async function withDenoiser<T>(
  context: CaseContext,
  diffusion: GaussianDiffusion,
  x: Tensor,
  use: (denoise: Denoise) => Promise<T>,
): Promise<T> {
  const { case: golden, tensors } = context;
  const scale = Number(golden.values?.guidance_scale);
  const denoisedFn = tensors.has("in.inpaint_mask")
    ? keepKnown(floatsNamed(tensors, "in.inpaint_image"), floatsNamed(tensors, "in.inpaint_mask"))
    : undefined;
  const model = await openSampledModel(context, x);
  try {
    return await use(async (state, index) => {
      const output = notebookGuidance(
        await model.run(firstHalfTwice(state), diffusion.timestepMap[index] ?? 0),
        scale,
      );
      return predict(diffusion, output, state, index, { ...(denoisedFn && { denoisedFn }) });
    });
  } finally {
    await model.dispose();
  }
}

/**
 * x_0 = sqrt(1/alphaCumprod) x - sqrt(1/alphaCumprod - 1) epsilon: at the noisiest step both
 * factors are 20,000, and a guidance scale of 5 multiplies by up to 9 more, so that one unit in the
 * last place of the network's output moves x_0 by 0.02 where it is not clipped. There the recorded
 * values miss those of the float64 network by more than the case's tolerance themselves, and no
 * other evaluation of the network can meet them. The tolerance is ours to keep; the recording's own
 * rounding error, measured here step by step from the recorded state, comes on top, up to what 4
 * units in the last place of the network's output make of x_0.
 */
async function checkPredictions(
  context: CaseContext,
  diffusion: GaussianDiffusion,
  start: Tensor,
  predictions: readonly Tensor[],
): Promise<void> {
  const { case: golden, tensors, check } = context;
  const recorded = (name: string, k: number): Tensor => {
    const all = floatsNamed(tensors, name);
    const [, ...dims] = all.dims;
    return { ...rows(all, k, k + 1), dims };
  };
  const { rtol = 0, atol = 0 } = golden.tolerance ?? {};
  // of s c - (s - 1) u, where both have the same error
  const amplification = 2 * Math.abs(Number(golden.values?.guidance_scale)) - 1;
  const backend = interpreter();
  const tolerances = await withDenoiser(
    { ...context, backend },
    diffusion,
    start,
    async (denoise) => {
      const measured: Tolerance[] = [];
      for (let k = 0; k < predictions.length; k++) {
        const index = predictions.length - 1 - k;
        const exact = (await denoise(k === 0 ? start : recorded("out.samples", k - 1), index)).x0
          .data;
        const error = recorded("out.pred_xstart", k).data.reduce(
          (most, value, i) => Math.max(most, Math.abs(value - (exact[i] as number))),
          0,
        );
        const rounding =
          4 * 2 ** -23 * amplification * (diffusion.sqrtRecipm1AlphasCumprod[index] as number);
        measured.push({ rtol, atol: atol + Math.min(error, rounding) });
      }
      return measured;
    },
  );
  await backend.dispose();
  for (const [k, prediction] of predictions.entries())
    check.close(
      `pred_xstart of step ${k}`,
      prediction.data,
      recorded("out.pred_xstart", k).data,
      tolerances[k],
    );
}

function twice(image: Tensor): Tensor {
  return concatRows([image, image]);
}
