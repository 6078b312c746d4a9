import type { Tensor } from "@glissade/core";
import {
  type GaussianDiffusion,
  type MeanType,
  type PredictionOptions,
  predict,
  predictEpsilonFromX0,
  predictX0FromEpsilon,
  qMeanVariance,
  qPosteriorMeanVariance,
  qSample,
  rescaleTimesteps,
  splitChannelHalves,
  type VarianceType,
} from "@glissade/core/diffusion";
import { conditionMean, conditionScore } from "@glissade/core/guidance";
import { ancestralStep, ddimReverseStep, ddimStep } from "@glissade/core/samplers";
import { mapTensor, tensor } from "@glissade/graph";
import { type CaseContext, type GoldenCase, NotSupported } from "../case.ts";
import { firstHalfTwice, notebookGuidance } from "../notebook-guidance.ts";
import { findCall, referenceProcess } from "../reference-call.ts";

/**
 * c_diffusion_steps: every function of the process at single steps, with a fixed tensor in the
 * network's place.
 */
export default function diffusionSteps(context: CaseContext): void {
  if (context.case.name.startsWith("cfg_")) guidance(context);
  else singleSteps(context);
}

function singleSteps(context: CaseContext): void {
  const { tensors, check } = context;
  const { process, options } = setting(context.case);
  const t = Array.from(tensors.get("in.t")?.data ?? [], Number);
  check.equal(
    "timestep told to the network",
    t.map((index) => process.timestepMap[index]),
    Array.from(tensors.get("in.t_seen_by_model")?.data ?? [], Number),
  );
  for (const [name, { data }] of tensors) {
    if (!name.startsWith("out.")) continue;
    const actual = evaluate(
      name.slice("out.".length),
      process,
      t,
      (input) => float32(context, `in.${input}`),
      options,
    ).data;
    if (isUnclippedX0(name)) check.closeToScale(name, actual, data as Float32Array);
    else check.close(name, actual, data);
  }
}

/**
 * x_0 without a clip is as large as sqrt(1 / abar): the manifest compares it to the tensor's
 * largest magnitude.
 */
function isUnclippedX0(name: string): boolean {
  return (
    name === "out.predict_xstart_from_eps" ||
    /(clip_false|cond_fn|condition_score)\S*\.pred_xstart$/.test(name)
  );
}

function evaluate(
  name: string,
  process: GaussianDiffusion,
  t: readonly number[],
  input: (name: string) => Tensor,
  options: PredictionOptions,
): Tensor {
  const x = input("x");
  // <function>.<variant>.<eta>.<field>; the last three are optional
  const [, call, variant, eta, field = "sample"] =
    /^([a-z_]+?)(?:\.(clip_true|clip_false|denoised_fn|cond_fn))?(?:\.eta_([\d.]+?))?(?:\.([a-z_]+))?$/.exec(
      name,
    ) ?? [];
  const prediction = () => {
    const predicted = predict(process, input("model_output"), x, t, {
      ...options,
      ...variantOptions(variant),
    });
    if (variant !== "cond_fn") return predicted;
    return call === "p_sample"
      ? conditionMean(predicted, input("gradient"))
      : conditionScore(process, predicted, x, t, input("gradient"));
  };
  const unguided = () => predict(process, input("model_output"), x, t, options);
  if (field === "pred_xstart" && (call === "p_sample" || call === "ddim_sample"))
    return prediction().x0;
  switch (call) {
    case "q_sample":
      return qSample(process, input("x0"), t, input("noise"));
    case "q_mean_variance":
      return pick(qMeanVariance(process, input("x0"), t), field);
    case "q_posterior":
      return pick(qPosteriorMeanVariance(process, input("x0"), x, t), field);
    case "predict_xstart_from_eps":
      return predictX0FromEpsilon(process, x, t, splitChannelHalves(input("model_output"))[0]);
    case "predict_eps_from_xstart":
      return predictEpsilonFromX0(process, x, t, input("x0"));
    case "p_mean_variance":
      return pick(prediction(), field);
    case "p_sample":
      return ancestralStep(process, prediction(), t, input("noise"));
    case "ddim_sample":
      return ddimStep(process, prediction(), t, { eta: Number(eta), noise: input("noise") });
    case "ddim_reverse_sample":
      return ddimReverseStep(process, prediction(), t);
    case "condition_mean":
      return conditionMean(unguided(), input("gradient")).mean;
    case "condition_score":
      return pick(conditionScore(process, unguided(), x, t, input("gradient")), field);
    default:
      throw new NotSupported(`the result ${name}`);
  }
}

function variantOptions(variant: string | undefined): PredictionOptions {
  if (variant === "clip_false") return { clipDenoised: false };
  return variant === "denoised_fn"
    ? { denoisedFn: (x0) => mapTensor(x0, (value) => value * 0.5 + 0.25) }
    : {};
}

const fields: Readonly<Record<string, string>> = {
  pred_xstart: "x0",
  log_variance: "logVariance",
  log_variance_clipped: "logVariance",
};

function pick(result: object, field: string): Tensor {
  const value = (result as Readonly<Record<string, Tensor>>)[fields[field] ?? field];
  if (!value) throw new NotSupported(`the field ${field}`);
  return value;
}

/** The process and the network's conventions: what the call does not say is GLIDE's. */
function setting(golden: GoldenCase): { process: GaussianDiffusion; options: PredictionOptions } {
  const call = golden.call ?? "";
  const process = referenceProcess(golden);
  const named = findCall(call, "SpacedDiffusion")?.named ?? new Map<string, string>();
  const typeName = (name: string) => named.get(name)?.toLowerCase().replace("_", "-");
  // predict refuses other names
  const meanType = typeName("model_mean_type") as MeanType | undefined;
  const varianceType = typeName("model_var_type") as VarianceType | undefined;
  return {
    process:
      named.get("rescale_timesteps") === "True"
        ? rescaleTimesteps(process, Number(findCall(call, "space_timesteps")?.positional[0]))
        : process,
    options: { ...(meanType && { meanType }), ...(varianceType && { varianceType }) },
  };
}

/** The notebooks' loop runs 2B rows, of which each half keeps its own variance. */
function guidance(context: CaseContext): void {
  const { check } = context;
  const scale = context.case.values?.guidance_scale as number;
  check.equal(
    "network input",
    firstHalfTwice(float32(context, "in.x_t")).data,
    context.tensors.get("out.network_input")?.data,
  );
  check.close(
    "model_fn",
    notebookGuidance(float32(context, "in.network_output"), scale).data,
    context.tensors.get("out.model_fn")?.data as Float32Array,
  );
}

function float32({ tensors }: CaseContext, name: string): Tensor {
  const value = tensors.get(name);
  if (value?.dtype !== "float32") throw new NotSupported(`the case has no float32 tensor ${name}`);
  return tensor(value.dims, value.data);
}
