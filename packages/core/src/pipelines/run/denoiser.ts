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
} from "../../diffusion/index.ts";
import { composedPrompts, type Guidance, needsEmptyPrompt } from "../../guidance/index.ts";
import { featuresForRows, type TextFeatures } from "./text-condition.ts";

export interface DenoiserOptions extends PredictionOptions {
  readonly diffusion: GaussianDiffusion;
  readonly network: Executable;
  /**
   * Text rows 0, 1, ...: the prompts, one a weight. The last row: the empty or negative prompt.
   * Without rows the network reads no text, and there is one weight.
   */
  readonly features: TextFeatures;
  /** How much each prompt counts. */
  readonly weights: readonly number[];
  readonly guidance: Guidance;
  /** Number of images. */
  readonly count: number;
  /** The network's inputs beside x and the text, one row an image. */
  readonly conditions?: Readonly<Record<string, Tensor>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One guided evaluation of the network as samplers call it: all texts in one pass of so many times
 * the rows, combined by the guidance, and turned into a prediction. Where the guidance does without
 * the empty text, it is not computed.
 *
 * Several prompts are composed first (`composedPrompts`), and guidance is applied to the result.
 */
export function guidedDenoiser(options: DenoiserOptions): Denoise {
  const {
    diffusion,
    network,
    features,
    weights,
    guidance,
    count,
    conditions = {},
    signal,
    ...prediction
  } = options;
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

  return async (x, index) => {
    const timestep = diffusion.timestepMap[index] ?? 0;
    const progress = progressAt(diffusion, index);
    const isGuided = guidance.plan(progress).unconditional;
    const texts = weights.length + (isGuided || needsEmpty ? 1 : 0);
    const inputs = {
      x: repeatRows(x, texts),
      timesteps: perRow(texts * count, timestep),
      ...(texts > weights.length ? fixedInputs.all : fixedInputs.conditional),
    };
    const output = assertFloat32("output", (await network.run(inputs, { signal })).output);
    assertFinite(output, `at timestep ${timestep}`);
    const outputOf = (text: number) => rows(output, text * count, (text + 1) * count);
    const empty = texts > weights.length ? outputOf(weights.length) : undefined;
    const conditional = composedPrompts(
      weights.map((weight, text) => [weight, outputOf(text)] as const),
      empty,
    );
    const guided =
      isGuided && empty
        ? guidance.combine({ conditional, unconditional: empty, progress })
        : conditional;
    return predict(diffusion, guided, x, index, prediction);
  };
}
