import type { Executable } from "@glissade/graph";
import {
  assertFinite,
  assertFloat32,
  perRow,
  repeatRows,
  rows,
  type Tensor,
  weightedSum,
} from "@glissade/graph";
import { type GaussianDiffusion, type PredictionOptions, predict } from "../../diffusion/index.ts";
import {
  type GradientGuidance,
  type GradientRule,
  type Guidance,
  scaledGradient,
  withGradient,
} from "../../guidance/index.ts";
import type { Denoise } from "../../samplers/index.ts";
import { featuresForRows, type TextFeatures } from "./text-condition.ts";

export interface DenoiserOptions extends PredictionOptions {
  readonly process: GaussianDiffusion;
  readonly network: Executable;
  /**
   * Text rows 0, 1, ...: the prompts, one a weight. The last row: the empty or negative prompt.
   * Without rows the network reads no text, and there is one weight.
   */
  readonly features: TextFeatures;
  /** How much each prompt counts. */
  readonly weights: readonly number[];
  readonly guidance: Guidance;
  /** Number of pictures. */
  readonly count: number;
  /** What the network sees beside x, one row a picture. */
  readonly conditions?: Readonly<Record<string, Tensor>>;
  readonly signal?: AbortSignal;
}

/**
 * One guided evaluation of the network as samplers call it: all texts in one pass of so many times
 * the rows, combined by the guidance, and turned into a prediction. Where the guidance does without
 * the empty text, it is not computed.
 *
 * Several prompts are composed as Liu et al. 2022 (arXiv 2206.01714, equation 11) do: the
 * conditional output is empty + sum of w_i (prompt_i - empty), to which guidance is applied as to
 * any other. With weights that sum to 1 the empty one cancels out.
 */
export function guidedDenoiser(options: DenoiserOptions): Denoise {
  const {
    process,
    network,
    features,
    weights,
    guidance,
    count,
    conditions = {},
    signal,
    ...prediction
  } = options;
  const needsEmpty = Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1) > 1e-9;
  const inputsOf = (texts: number) => ({
    ...featuresForRows(
      features,
      Array.from({ length: texts }, (_, text) => new Array<number>(count).fill(text)).flat(),
    ),
    ...Object.fromEntries(
      Object.entries(conditions).map(([name, value]) => [name, repeatRows(value, texts)]),
    ),
  });
  const fixedInputs = { conditional: inputsOf(weights.length), all: inputsOf(weights.length + 1) };

  return async (x, index) => {
    const timestep = process.timestepMap[index] ?? 0;
    const progress = progressAt(process, index);
    const isGuided = guidance.plan(progress).unconditional;
    const texts = weights.length + (isGuided || needsEmpty ? 1 : 0);
    const inputs = {
      x: repeatRows(x, texts),
      timesteps: perRow(texts * count, timestep),
      ...(texts > weights.length ? fixedInputs.all : fixedInputs.conditional),
    };
    const output = assertFloat32(
      "output",
      (await network.run(inputs, signal ? { signal } : {})).output,
    );
    assertFinite(output, `at timestep ${timestep}`);
    const outputOf = (text: number) => rows(output, text * count, (text + 1) * count);
    const empty = texts > weights.length ? outputOf(weights.length) : undefined;
    const conditional = composed(
      weights.map((weight, text) => [weight, outputOf(text)] as const),
      empty,
    );
    const guided =
      isGuided && empty
        ? guidance.combine({ conditional, unconditional: empty, progress })
        : conditional;
    return predict(process, guided, x, index, prediction);
  };
}

/** Rules whose gradients lead the samples, and how the sampler takes them in. */
export interface LeadingGradients {
  readonly rules: readonly GradientGuidance[];
  readonly rule: GradientRule;
}

/** The same evaluation led by the sum of the rules' gradients; unchanged where there are none. */
export function ledByGradients(
  process: GaussianDiffusion,
  denoise: Denoise,
  { rules, rule }: LeadingGradients,
  signal: AbortSignal | undefined,
): Denoise {
  if (rules.length === 0) return denoise;
  const gradient = (x: Tensor, index: number) =>
    scaledGradient(
      rules,
      { x, timestep: process.timestepMap[index] ?? 0, progress: progressAt(process, index) },
      signal,
    );
  return withGradient(process, denoise, gradient, rule);
}

/** How far a run is at a step of its process: 0 at the noisiest, 1 at the last. */
function progressAt({ numTimesteps }: GaussianDiffusion, index: number): number {
  return numTimesteps === 1 ? 0 : 1 - index / (numTimesteps - 1);
}

/** empty + sum of w_i (prompt_i - empty) */
function composed(
  prompts: readonly (readonly [weight: number, output: Tensor])[],
  empty: Tensor | undefined,
): Tensor {
  const [[weight, only] = []] = prompts;
  if (prompts.length === 1 && weight === 1 && only) return only;
  const rest = prompts.reduce((left, [share]) => left - share, 1);
  return weightedSum(...prompts, ...(empty ? [[rest, empty] as const] : []));
}
