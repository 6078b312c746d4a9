import { join } from "node:path";
import type { AnyTensor, Tensor } from "@glissade/core";
import { type GaussianDiffusion, qSample } from "@glissade/core/diffusion";
import { parseTextToImageConfig, textToImageNetwork } from "@glissade/core/networks";
import { openSafetensors } from "@glissade/core/weights";
import { type Graph, GraphBuilder, gradient, tensor, weightsFromTensors } from "@glissade/graph";
import {
  AdamW,
  diffusionLoss,
  globalNorm,
  lossCoefficients,
  MovingAverage,
  type Objective,
  objective,
  ParameterStore,
  vlbWeightOf,
} from "@glissade/train";
import { type CaseContext, type GoldenCase, NotSupported } from "../case.ts";
import { readManifest } from "../manifest.ts";
import { floatsNamed, tensorNamed } from "../named-tensors.ts";
import { referenceProcess } from "../reference-call.ts";
import { runGraph } from "../run-graph.ts";

const inputsCase = "hybrid_cosine_inputs";

/**
 * g_training: the hybrid loss of a whole small network, the gradient of every parameter, and steps
 * of AdamW and moving averages.
 */
export default async function training(context: CaseContext): Promise<void> {
  const { name } = context.case;
  if (name === inputsCase) return lossTerms(context);
  if (name === "hybrid_cosine_grads") return parameterGradients(context);
  if (name === "adamw_ema_network") return optimiserOnNetwork(context);
  if (name.startsWith("adamw_toy")) return optimiserAlone(context);
  throw new NotSupported(`the case ${name}`);
}

async function lossTerms(context: CaseContext): Promise<void> {
  const { check } = context;
  const run = await openTraining(context);
  const { values = {} } = run.inputsCase;
  const results = await run.evaluate();
  const weight = vlbWeightOf(run.process, run.objective); // the reference's vb is weighted already
  check.close("loss", floatsNamed(results, "loss").data, values.loss as number[]);
  check.close("mse", floatsNamed(results, "mse").data, values.mse as number[]);
  check.close(
    "vb",
    floatsNamed(results, "vb").data.map((bits) => bits * weight),
    values.vb as number[],
  );
  check.close("mean_loss", floatsNamed(results, "mean").data, [values.mean_loss as number]);
  check.close("grad_norm", [globalNorm(run.gradientOf(results))], [values.grad_norm as number]);
}

async function parameterGradients(context: CaseContext): Promise<void> {
  const { tensors, check } = context;
  const run = await openTraining(context);
  const actual = run.parameters.toTensors(run.gradientOf(await run.evaluate()));
  check.equal("names of the parameters", [...actual.keys()].sort(), [...tensors.keys()].sort());
  for (const [name, { data }] of actual) {
    const expected = floatsNamed(tensors, name).data;
    // The manifest says it in words: at most rtol 1e-3, or 1e-4 of the tensor's largest entry, or
    // 1e-6, whichever allows most.
    check.close(name, data, expected, {
      rtol: 1e-3,
      atol: Math.max(1e-4 * largest(expected), 1e-6),
    });
  }
}

async function optimiserOnNetwork(context: CaseContext): Promise<void> {
  const { case: golden, tensors, check } = context;
  const run = await openTraining(context);
  const learningRate = 1e-4; // the call's
  const optimiser = new AdamW(run.parameters, { weightDecay: 0 });
  const average = new MovingAverage(run.parameters, { decay: 0.9999 });
  const {
    mean_loss_before_each_step: losses,
    grad_norm: norms,
    param_norm: parameterNorms,
  } = golden.values as Readonly<Record<string, number[]>>;
  for (const [index, expectedLoss] of (losses ?? []).entries()) {
    const step = index + 1;
    const results = await run.evaluate();
    const gradients = run.gradientOf(results);
    check.close(`loss before step ${step}`, floatsNamed(results, "mean").data, [expectedLoss]);
    check.close(
      `grad_norm of step ${step}`,
      [globalNorm(gradients)],
      [norms?.[index] ?? Number.NaN],
    );
    optimiser.step(gradients, { learningRate, averages: [average] });
    check.close(
      `param_norm after step ${step}`,
      [globalNorm(run.parameters.values)],
      [parameterNorms?.[index] ?? Number.NaN],
    );
    const arrays: Readonly<Record<string, Float32Array>> = {
      param: run.parameters.values,
      ema: average.values,
      exp_avg: optimiser.firstMoment,
      exp_avg_sq: optimiser.secondMoment,
    };
    for (const [name, { data }] of tensors) {
      const [, number, kind = "", parameter = ""] =
        /^step(\d+)\.(param|ema|exp_avg|exp_avg_sq)\.(.+)$/.exec(name) ?? [];
      if (Number(number) === step)
        check.close(name, run.parameters.view(parameter, arrays[kind]), data);
    }
  }
}

function optimiserAlone({ case: { values }, tensors, check }: CaseContext): void {
  const parameters = new ParameterStore([
    { name: "p", dims: floatsNamed(tensors, "in.param").dims },
  ]);
  parameters.values.set(floatsNamed(tensors, "in.param").data);
  const options = {
    betas: values?.betas as [number, number],
    epsilon: values?.eps as number,
    weightDecay: values?.weight_decay as number,
  };
  const optimiser = new AdamW(parameters, options);
  const average = new MovingAverage(parameters, { decay: 0.9999 });
  const gradients = floatsNamed(tensors, "in.grads");
  const rows = ({ data }: Tensor, i: number) =>
    data.subarray(i * parameters.size, (i + 1) * parameters.size);
  for (let i = 0; i < (gradients.dims[0] ?? 0); i++) {
    optimiser.step(rows(gradients, i), { learningRate: values?.lr as number, averages: [average] });
    check.close(
      `parameters after step ${i + 1}`,
      parameters.values,
      rows(floatsNamed(tensors, "out.params"), i),
    );
    check.close(
      `average after step ${i + 1}`,
      average.values,
      rows(floatsNamed(tensors, "out.ema"), i),
    );
  }
  check.close("exp_avg", optimiser.firstMoment, floatsNamed(tensors, "out.exp_avg").data);
  check.close("exp_avg_sq", optimiser.secondMoment, floatsNamed(tensors, "out.exp_avg_sq").data);
}

interface TrainingRun {
  /** The case that describes the batch and the network. */
  readonly inputsCase: GoldenCase;
  readonly process: GaussianDiffusion;
  readonly objective: Objective;
  readonly parameters: ParameterStore;
  /** The loss terms and `grad.<name>` of every parameter, for the parameters as they are now. */
  evaluate(): Promise<ReadonlyMap<string, AnyTensor>>;
  gradientOf(results: ReadonlyMap<string, AnyTensor>): Float32Array;
}

/** The network, its batch and its loss, on the backend under test. */
async function openTraining(context: CaseContext): Promise<TrainingRun> {
  const { directory, readTensors } = context;
  const found = (await readManifest(directory)).cases.find(({ name }) => name === inputsCase);
  if (!found?.file) throw new Error(`the manifest has no case ${inputsCase}`);
  const { values = {} } = found;
  const process = referenceProcess(found);
  const goal = objective(); // EPSILON, LEARNED_RANGE, RESCALED_MSE
  const batch = await readTensors(found.file);
  const t = Array.from(tensorNamed(batch, "in.t").data, Number);
  const [x0, noise] = [floatsNamed(batch, "in.x0"), floatsNamed(batch, "in.noise")];
  const weights = await openSafetensors(join(directory, String(values.weights_file)));
  const parameters = await ParameterStore.fromWeights(weights);
  await weights.dispose();
  const inputs = new Map<string, AnyTensor>(
    Object.entries({
      x0,
      noise,
      xt: qSample(process, x0, t, noise),
      coefficients: lossCoefficients(process, t, goal),
      timesteps: tensor(
        [t.length],
        t.map((step) => process.timestepMap[step] ?? Number.NaN),
      ),
      tokens: tensorNamed(batch, "in.tokens"),
      mask: tensorNamed(batch, "in.mask"),
    }),
  );
  const graph = trainingGraph(values.config, inputs, goal, parameters);
  return {
    inputsCase: found,
    process,
    objective: goal,
    parameters,
    evaluate: () => runGraph(context, graph, inputs, weightsFromTensors(parameters.toTensors())),
    gradientOf(results) {
      const gradients = parameters.zeros();
      parameters.collect(Object.fromEntries(results), gradients, {
        prefix: "grad.",
        overwrite: true,
      });
      return gradients;
    },
  };
}

/** The whole network and its loss, differentiated by every parameter. */
function trainingGraph(
  config: unknown,
  inputs: ReadonlyMap<string, AnyTensor>,
  goal: Objective,
  { slots }: ParameterStore,
): Graph {
  const g = new GraphBuilder();
  const input = (name: string) => {
    const { dims, dtype } = tensorNamed(inputs, name);
    return g.input(name, dims, dtype);
  };
  const xt = input("xt");
  const network = {
    x: xt,
    timesteps: input("timesteps"),
    tokens: input("tokens"),
    mask: input("mask"),
  };
  const output = textToImageNetwork(g, parseTextToImageConfig(config), network);
  const { loss, mse, vb } = diffusionLoss(g, {
    output,
    x0: input("x0"),
    noise: input("noise"),
    xt,
    coefficients: input("coefficients"),
    objective: goal,
  });
  g.output("loss", loss);
  g.output("mse", mse);
  if (vb) g.output("vb", vb);
  g.output("mean", g.div(g.sum(loss, [0]), Number(loss.dims[0])));
  return gradient(g.build(), { of: "mean", withRespectTo: slots.map(({ name }) => name) });
}

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
