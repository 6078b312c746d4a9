import { constantRate, type LearningRate } from "../optimisers/index.ts";
import type { Recipe } from "./recipe.ts";

/**
 * A recipe's learning rate: up in a straight line over the warm-up, level, and down in a straight
 * line over the cool-down, whose last step is the run's last. A run of other length has a cool-down
 * of other length.
 *
 * @see Zhai et al. 2022, arXiv 2106.04560, section 3.5, on a level rate with a cool-down: one run
 * gives models of several lengths
 */
export function recipeRate({
  learningRate,
  warmUp,
  coolDown,
  steps,
}: Pick<Recipe, "learningRate" | "warmUp" | "coolDown" | "steps">): LearningRate {
  const level = constantRate(learningRate, { warmUp });
  const coolSteps = Math.round(coolDown * steps);
  return (step) =>
    level(step) * Math.min(1, coolSteps === 0 ? 1 : Math.max(0, steps - step) / coolSteps);
}
