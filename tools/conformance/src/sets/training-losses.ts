import type { Tensor } from "@glissade/core";
import { type MeanType, qSample, type VarianceType } from "@glissade/core/diffusion";
import { type Graph, GraphBuilder, gradient, type Value } from "@glissade/graph";
import {
  approxStandardNormalCdf,
  diffusionLoss,
  discretizedGaussianLogLikelihood,
  isLearned,
  lossCoefficients,
  lossSecondMoment,
  normalKl,
  type Objective,
  objective,
  variationalBound,
  vlbWeightOf,
} from "@glissade/train";
import { type CaseContext, NotSupported } from "../case.ts";
import { floatsNamed, tensorNamed } from "../named-tensors.ts";
import { findCall, referenceProcess } from "../reference-call.ts";
import { runGraph } from "../run-graph.ts";

/**
 * d_training_losses: guided-diffusion's training_losses, its likelihood functions and its
 * loss-aware sampler.
 */
export default async function trainingLosses(context: CaseContext): Promise<void> {
  const { name, call = "" } = context.case;
  if (call.includes("training_losses")) return losses(context);
  if (name === "normal_kl") return normalDivergence(context);
  if (name === "approx_standard_normal_cdf")
    return elementwise(context, "out.cdf", (g, input) => approxStandardNormalCdf(g, input("x")));
  if (name.startsWith("discretized_gaussian_log_likelihood"))
    return elementwise(context, "out.log_probs", decoder);
  if (name === "calc_bpd_loop") return bound(context);
  if (name === "loss_second_moment_sampler") return sampler(context);
  throw new NotSupported(`the case ${name}`);
}

async function losses(context: CaseContext): Promise<void> {
  const { case: golden, tensors, check } = context;
  const process = referenceProcess(golden);
  const goal = referenceObjective(golden.call ?? "");
  const t = Array.from(tensorNamed(tensors, "in.t").data, Number);
  const [x0, noise] = [floatsNamed(tensors, "in.x0"), floatsNamed(tensors, "in.noise")];
  // the reference's own: at little noise its last bit shows in the gradient
  const xt = floatsNamed(tensors, "out.x_t");
  check.close("x_t", qSample(process, x0, t, noise).data, xt.data);
  check.equal(
    "timestep told to the network",
    t.map((step) => process.timestepMap[step]),
    Array.from(tensorNamed(tensors, "out.t_seen_by_model").data, Number),
  );
  const coefficients = lossCoefficients(process, t, goal);
  const graph = lossGraph(x0, coefficients, goal);
  const inputs = new Map(
    Object.entries({
      x0,
      noise,
      xt,
      coefficients,
      output: floatsNamed(tensors, "in.model_output"),
    }),
  );
  const results = await runGraph(context, graph, inputs, new Map());
  check.close("loss", floatsNamed(results, "loss").data, golden.values?.loss as number[]);
  if (golden.values?.mse)
    check.close("mse", floatsNamed(results, "mse").data, golden.values.mse as number[]);
  if (golden.values?.vb) {
    const weight = vlbWeightOf(process, goal); // the reference's vb is weighted already
    check.close(
      "vb",
      floatsNamed(results, "vb").data.map((bits) => bits * weight),
      golden.values.vb as number[],
    );
  }
  check.close(
    "grad_model_output",
    floatsNamed(results, "grad.output").data,
    floatsNamed(tensors, "out.grad_model_output").data,
  );
}

/** The loss terms, and the derivative of the batch's mean loss by the network's output. */
function lossGraph({ dims }: Tensor, coefficients: Tensor, goal: Objective): Graph {
  const [batch = 0, channels = 0, ...space] = dims;
  const g = new GraphBuilder();
  const image = (name: string, width = channels) => g.input(name, [batch, width, ...space]);
  const { loss, mse, vb } = diffusionLoss(g, {
    output: image("output", isLearned(goal.varianceType) ? 2 * channels : channels),
    x0: image("x0"),
    noise: image("noise"),
    xt: image("xt"),
    coefficients: g.input("coefficients", coefficients.dims),
    objective: goal,
  });
  g.output("loss", loss);
  g.output("mse", mse);
  if (vb) g.output("vb", vb);
  g.output("mean", g.div(g.sum(loss, [0]), batch));
  return gradient(g.build(), { of: "mean", withRespectTo: ["output"] });
}

/**
 * The objective that a `SpacedDiffusion(...)` is made with. MSE weighs vb by 1; what the rescaled
 * losses weigh it by is the default.
 */
export function referenceObjective(call: string): Objective {
  const named = findCall(call, "SpacedDiffusion")?.named ?? new Map<string, string>();
  const lossType = named.get("loss_type") ?? "";
  // objective() refuses other names
  const meanType = (named.get("model_mean_type") ?? "").toLowerCase().replace("_", "-") as MeanType;
  const varianceType = (named.get("model_var_type") ?? "")
    .toLowerCase()
    .replace("_", "-") as VarianceType;
  const weight = lossType.startsWith("RESCALED") ? {} : { vlbWeight: 1 };
  if (lossType.endsWith("KL")) return objective({ loss: "vlb", meanType, varianceType, ...weight });
  return objective({
    loss: isLearned(varianceType) ? "hybrid" : "simple",
    meanType,
    varianceType,
    ...weight,
  });
}

type Elements = (g: GraphBuilder, input: (name: string) => Value) => Value;

function decoder(g: GraphBuilder, input: (name: string) => Value): Value {
  const x = input("x");
  return discretizedGaussianLogLikelihood(g, x, {
    centred: g.sub(x, input("means")),
    precision: g.exp(g.mul(input("log_scales"), -1)),
  });
}

async function normalDivergence(context: CaseContext): Promise<void> {
  const first = (input: (name: string) => Value) => ({
    mean: input("mean1"),
    logVariance: input("logvar1"),
  });
  await elementwise(context, "out.kl", (g, input) =>
    normalKl(g, first(input), { mean: input("mean2"), logVariance: input("logvar2") }),
  );
  await elementwise(context, "out.kl_to_standard", (g, input) =>
    normalKl(g, first(input), { mean: 0, logVariance: 0 }),
  );
}

/** Runs a function of the case's inputs on the backend under test. */
async function elementwise(context: CaseContext, expected: string, build: Elements): Promise<void> {
  const { tensors, check } = context;
  const g = new GraphBuilder();
  g.output(
    "y",
    build(g, (name) => g.input(name, tensorNamed(tensors, `in.${name}`).dims)),
  );
  const inputs = new Map([...tensors].map(([name, value]) => [name.replace(/^in\./, ""), value]));
  const results = await runGraph(context, g.build(), inputs, new Map());
  check.close(expected, floatsNamed(results, "y").data, floatsNamed(tensors, expected).data);
}

async function bound({ case: golden, tensors, check }: CaseContext): Promise<void> {
  // The call names its process in words: "cosine 1000 respaced to '20'".
  const [, schedule, steps, respacing] =
    /(\w+) (\d+) respaced to '(\w+)'/.exec(golden.call ?? "") ?? [];
  const process = referenceProcess({ values: { schedule, T: Number(steps), respacing } });
  const x0 = floatsNamed(tensors, "in.x0");
  const noises = slices(floatsNamed(tensors, "in.noise"));
  const outputs = slices(floatsNamed(tensors, "in.model_output"));
  const told: number[] = [];
  const network = (_xt: Tensor, timesteps: readonly number[]) => {
    told.push(...timesteps);
    return takeFirst(outputs);
  };
  const {
    total,
    prior,
    steps: terms,
  } = await variationalBound(process, network, x0, { noise: () => takeFirst(noises) });
  check.equal(
    "timesteps told to the network",
    told,
    Array.from(tensorNamed(tensors, "in.t_seen_by_model").data, Number),
  );
  check.close("total_bpd", total, golden.values?.total_bpd as number[]);
  check.close("prior_bpd", prior, golden.values?.prior_bpd as number[]);
  const batch = x0.dims[0] ?? 0;
  const rows = (term: "vb" | "x0Error" | "epsilonError") =>
    Array.from({ length: batch }, (_, row) =>
      terms.map((step) => step[term][row] ?? Number.NaN),
    ).flat();
  check.close("vb", rows("vb"), floatsNamed(tensors, "out.vb").data);
  check.close("xstart_mse", rows("x0Error"), floatsNamed(tensors, "out.xstart_mse").data);
  check.close("mse", rows("epsilonError"), floatsNamed(tensors, "out.mse").data);
}

/** The entries of the leading axis. */
function slices({ dims: [count = 0, ...dims], data }: Tensor): Tensor[] {
  const size = data.length / count;
  return Array.from({ length: count }, (_, i) => ({
    dtype: "float32",
    dims,
    data: data.subarray(i * size, (i + 1) * size),
  }));
}

function takeFirst(tensors: Tensor[]): Tensor {
  const first = tensors.shift();
  if (!first) throw new Error("the bound asks for more steps than the case has");
  return first;
}

function sampler({ case: { values }, check }: CaseContext): void {
  const numTimesteps = (values?.weights_start as readonly number[] | undefined)?.length ?? 0;
  const second = lossSecondMoment(numTimesteps, { history: 3 });
  const t = values?.t as number[];
  const observed = values?.losses as number[];
  check.close("weights_start", second.weights(), values?.weights_start as number[]);
  second.update(t.slice(0, 10), observed.slice(0, 10));
  check.close("weights_after_10", second.weights(), values?.weights_after_10 as number[]);
  second.update(t.slice(10), observed.slice(10));
  check.close("weights_end", second.weights(), values?.weights_end as number[]);
}
