import type { Executable } from "@glissade/graph";
import {
  assertFinite,
  assertFloat32,
  perRow,
  repeatRows,
  rows,
  type Tensor,
} from "@glissade/graph";
import {
  type Denoise,
  type GaussianDiffusion,
  type PredictionOptions,
  predict,
  progressAt,
  x0Weights,
} from "../../diffusion/index.ts";
import { composedPrompts, type Guidance, needsEmptyPrompt } from "../../guidance/index.ts";
import { featuresForRows, type TextFeatures } from "./text-condition.ts";

/** A network with texts, and what it sees beside them. */
export interface PromptedNetwork {
  readonly network: Executable;
  /**
   * Text rows 0, 1, ...: the prompts, one a weight. The last row: the empty or negative prompt.
   * Without rows the network reads no text, and there is one weight.
   */
  readonly features: TextFeatures;
  /** How much each prompt counts. */
  readonly weights: readonly number[];
  /** Number of images. */
  readonly count: number;
  /** The network's inputs beside x and the text, one row an image. */
  readonly conditions?: Readonly<Record<string, Tensor>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A network's outputs for the same images, `[B, C or 2C, H, W]`. */
export interface PromptedOutputs {
  /** Under the composed prompts. */
  readonly conditional: Tensor;
  /** Under the empty or negative prompt, if that was evaluated. */
  readonly empty: Tensor | undefined;
}

/**
 * Evaluates a network: all texts in one pass of so many times the rows. The empty text is left out
 * if neither the caller nor the prompts' weights need it.
 *
 * @throws NumericalError if its numbers are not finite
 */
export function promptedNetwork({
  network,
  features,
  weights,
  count,
  conditions = {},
  signal,
}: PromptedNetwork): (
  x: Tensor,
  timestep: number,
  wantsEmpty: boolean,
) => Promise<PromptedOutputs> {
  const needsEmpty = needsEmptyPrompt(weights);
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

  return async (x, timestep, wantsEmpty) => {
    const texts = weights.length + (wantsEmpty || needsEmpty ? 1 : 0);
    const inputs = {
      x: repeatRows(x, texts),
      timesteps: perRow(texts * count, timestep),
      ...(texts > weights.length ? fixedInputs.all : fixedInputs.conditional),
    };
    const output = assertFloat32("output", (await network.run(inputs, { signal })).output);
    assertFinite(output, `at timestep ${timestep}`);
    const outputOf = (text: number) => rows(output, text * count, (text + 1) * count);
    const empty = texts > weights.length ? outputOf(weights.length) : undefined;
    const prompts = weights.map((weight, text) => [weight, outputOf(text)] as const);
    return { conditional: composedPrompts(prompts, empty), empty };
  };
}

export interface DenoiserOptions extends PromptedNetwork, PredictionOptions {
  readonly diffusion: GaussianDiffusion;
  readonly guidance: Guidance;
  /** The second, weaker network's output, for rules that need it. */
  readonly weaker?: ((x: Tensor, timestep: number) => Promise<Tensor>) | undefined;
}

/**
 * One guided evaluation as samplers call it: the branches that the guidance plans, combined by it,
 * and turned into a prediction.
 */
export function guidedDenoiser(options: DenoiserOptions): Denoise {
  const { diffusion, guidance, weaker, meanType = "epsilon" } = options;
  const evaluate = promptedNetwork(options);
  return async (x, index) => {
    const timestep = diffusion.timestepMap[index] ?? 0;
    const progress = progressAt(diffusion, index);
    const planned = guidance.plan(progress);
    const isGuided = planned.includes("unconditional");
    const { conditional, empty } = await evaluate(x, timestep, isGuided);
    const guided = guidance.combine({
      conditional,
      unconditional: isGuided ? empty : undefined,
      weaker: planned.includes("weaker") ? await weaker?.(x, timestep) : undefined,
      progress,
      x0: { x, ...x0Weights(diffusion, index, meanType) },
    });
    return predict(diffusion, guided, x, index, options);
  };
}
