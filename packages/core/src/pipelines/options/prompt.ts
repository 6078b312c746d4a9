import { display, InvalidArgumentError } from "@glissade/graph";
import type { StageDescription } from "../../model/description/read.ts";
import { assertSeed, randomSeed } from "../../random/index.ts";
import type { GlideTokenizer, GlideTokenRow } from "../../text/index.ts";

/** Most images of one call: their noise and text features are held at once. */
const largestCount = 256;

/** Most prompts of one image: each is a row of the network's batch. */
const largestPromptCount = 16;

/** A prompt among several. */
export interface WeightedPrompt {
  readonly prompt: string;
  /** How much it counts; negative to guide away from it. */
  readonly weight: number;
}

export interface PromptOptions {
  /**
   * What the image should show. Several prompts with weights are composed (Liu et al. 2022, arXiv
   * 2206.01714): weights that sum to 1 mix them. `null` draws without a prompt, whatever the model
   * has learned. Longer text than the network reads is cut, with a warning.
   */
  readonly prompt: string | null | readonly WeightedPrompt[];
  /** What to avoid in the image: takes the empty prompt's place in classifier-free guidance. */
  readonly negativePrompt?: string;
  /** Number of images, 1 to 256. Default 1. */
  readonly count?: number;
  /**
   * An integer from 0 to 2^53 - 1. Image k has the seed `seed + k`, and is the same alone. Default:
   * a random one, reported in the result.
   */
  readonly seed?: number;
}

/** The same, checked and complete. */
export interface ResolvedPrompt {
  readonly prompt: PromptOptions["prompt"];
  readonly prompts: readonly WeightedPrompt[];
  readonly negativePrompt: string;
  readonly count: number;
  readonly seed: number;
}

/** @throws InvalidArgumentError for the first option that is wrong */
export function resolvePrompt(options: PromptOptions): ResolvedPrompt {
  const prompt = assertPrompts(options.prompt);
  const count = options.count ?? 1;
  if (!(Number.isInteger(count) && count >= 1 && count <= largestCount))
    throw new InvalidArgumentError({
      argument: "count",
      received: count,
      expected: `an integer from 1 to ${largestCount}`,
    });
  const seed = options.seed ?? randomSeed();
  assertSeed(seed);
  return {
    prompt,
    prompts:
      prompt === null || typeof prompt === "string"
        ? [{ prompt: prompt ?? "", weight: 1 }]
        : prompt,
    count,
    seed,
    negativePrompt:
      options.negativePrompt === undefined
        ? ""
        : assertText("negativePrompt", options.negativePrompt),
  };
}

/** A run's texts as one network reads them. */
export interface TokenizedPrompts {
  /** A row a prompt, then one of the negative prompt; none for a network without text. */
  readonly rows: readonly GlideTokenRow[];
  /** How much each prompt counts. */
  readonly weights: readonly number[];
}

export function tokenizedPrompts(
  tokenizer: GlideTokenizer,
  { config }: StageDescription,
  { prompts, negativePrompt }: Pick<ResolvedPrompt, "prompts" | "negativePrompt">,
): TokenizedPrompts {
  const context = config.text?.textContext;
  const texts = [...prompts.map(({ prompt }) => prompt), negativePrompt];
  return {
    rows:
      context === undefined
        ? []
        : texts.map((text) => tokenizer.paddedTokensAndMask(text, context)),
    weights: prompts.map(({ weight }) => weight),
  };
}

/** A warning about a request that can be served, but not quite as asked. */
export interface GenerateWarning {
  readonly argument: string;
  readonly message: string;
}

/** A warning for every text of which the network does not see the end. */
export function truncationWarnings(
  { rows }: TokenizedPrompts,
  { prompts, negativePrompt }: Pick<ResolvedPrompt, "prompts" | "negativePrompt">,
): GenerateWarning[] {
  return rows.flatMap(({ truncated, tokens }, row) => {
    if (!truncated) return [];
    const [argument, text] =
      row < prompts.length ? ["prompt", prompts[row]?.prompt] : ["negativePrompt", negativePrompt];
    const message = `${argument} ${display(text)} has more than ${tokens.length} tokens; the network does not see its end.`;
    return [{ argument: argument ?? "prompt", message }];
  });
}

function assertPrompts(prompt: unknown): PromptOptions["prompt"] {
  if (prompt === null) return null;
  if (!Array.isArray(prompt)) return assertPrompt("prompt", prompt);
  if (prompt.length === 0 || prompt.length > largestPromptCount)
    throw new InvalidArgumentError({
      argument: "prompt",
      received: `${prompt.length} prompts`,
      expected: `1 to ${largestPromptCount} prompts with weights`,
    });
  return prompt.map((part: Partial<WeightedPrompt> | null, k) => {
    const weight = part?.weight;
    if (typeof weight !== "number" || !Number.isFinite(weight))
      throw new InvalidArgumentError({
        argument: `prompt[${k}].weight`,
        received: weight,
        expected: "a finite number",
      });
    return { prompt: assertPrompt(`prompt[${k}].prompt`, part?.prompt), weight };
  });
}

function assertPrompt(argument: string, prompt: unknown): string {
  const text = assertText(argument, prompt);
  if (text.trim() === "") {
    throw new InvalidArgumentError({
      argument,
      received: prompt,
      expected: "a description of the image",
      hint: 'For example "a red apple"; null draws without a prompt.',
    });
  }
  return text;
}

/** Length and lone surrogates are checked by the tokenizer. */
function assertText(argument: string, value: unknown): string {
  if (typeof value !== "string")
    throw new InvalidArgumentError({ argument, received: value, expected: "a string" });
  return value;
}
