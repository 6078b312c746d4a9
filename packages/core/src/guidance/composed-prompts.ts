import { type Tensor, weightedSum } from "@glissade/graph";

/** The network's output under a prompt, `[B, C, H, W]`, and how much the prompt counts. */
export type WeightedOutput = readonly [weight: number, output: Tensor];

/**
 * Several prompts in one output: empty + sum of w_i (prompt_i - empty). With weights that sum to 1
 * the empty prompt cancels out. Guidance is applied to the result as to any other output.
 *
 * @param prompts at least one
 * @param empty the output under the empty (or the negative) prompt; needed unless the weights sum
 * to 1
 * @see Liu et al. 2022, arXiv 2206.01714, equation 11
 * @example `composedPrompts([[1, apple], [-0.5, red]], empty)`
 */
export function composedPrompts(
  prompts: readonly WeightedOutput[],
  empty: Tensor | undefined,
): Tensor {
  const [[weight, only] = []] = prompts;
  if (prompts.length === 1 && weight === 1 && only) return only;
  const rest = prompts.reduce((left, [share]) => left - share, 1);
  return weightedSum(...prompts, ...(empty ? [[rest, empty] as const] : []));
}

/** Whether the weights leave a share to the empty prompt. */
export function needsEmptyPrompt(weights: readonly number[]): boolean {
  return Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1) > 1e-9;
}
