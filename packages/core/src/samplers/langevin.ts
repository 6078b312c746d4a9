import { assertPositiveInteger, InvalidArgumentError, weightedSum } from "@glissade/graph";
import { assertHoldsSignal, noiseLevel } from "../diffusion/noise-level.ts";
import { finishedStep, firstIndex, reverseIndices, type Sampler } from "./sampler.ts";

export interface LangevinOptions {
  /** Evaluations at each noise level: the paper's T. Default 5. */
  readonly stepsPerLevel?: number;
  /**
   * Length of a Langevin step over the variance of the level's noise, alpha_i / sigma_i^2. Default
   * 0.5; the paper's 2e-5 / 0.01^2 = 0.2 goes with its 100 steps a level.
   */
  readonly stepSize?: number;
  /**
   * Ends with the expected clean image instead of one that keeps the noise of the last level, for
   * one more evaluation. Default true.
   */
  readonly denoiseFinal?: boolean;
}

/**
 * Annealed Langevin dynamics: at every noise level some steps of Langevin dynamics with the score
 * of that level, from the noisiest level to the cleanest. There is no predictor that carries an
 * image from one level to the next, so it needs many levels, closely spaced (Karras).
 *
 * @throws InvalidArgumentError where `stepsPerLevel` is no positive integer, or `stepSize` is not
 * in (0, 2), or the run would start at abar = 0.
 * @see Song & Ermon 2019, arXiv 1907.05600, algorithm 1; the final denoising: Jolicoeur-Martineau
 * et al. 2021, arXiv 2009.05475
 * @example `langevin({ stepsPerLevel: 10 })`
 */
export function langevin({
  stepsPerLevel = 5,
  stepSize = 0.5,
  denoiseFinal = true,
}: LangevinOptions = {}): Sampler {
  assertPositiveInteger("stepsPerLevel", stepsPerLevel);
  if (!(stepSize > 0 && stepSize < 2))
    throw new InvalidArgumentError({
      argument: "stepSize",
      received: stepSize,
      expected: "a number greater than 0 and less than 2",
    });
  return async function* sample(input) {
    const { diffusion, denoise, noise, signal } = input;
    assertHoldsSignal(noiseLevel(diffusion, firstIndex(input)));
    let { x } = input;
    for (const index of reverseIndices(input)) {
      const from = noiseLevel(diffusion, index);
      const to = noiseLevel(diffusion, index - 1);
      let x0 = x;
      for (let t = 0; t < stepsPerLevel; t++) {
        signal?.throwIfAborted();
        const prediction = await denoise(x, index);
        // x + alpha / 2 score + sqrt(alpha) z with alpha = stepSize sigma^2 and score = -epsilon /
        // sigma, all of it times the level's signal
        x = weightedSum(
          [1, x],
          [(-stepSize / 2) * from.noise, prediction.epsilon],
          [Math.sqrt(stepSize) * from.noise, noise(x.dims)],
        );
        x0 = prediction.x0;
      }
      const isLast = index === 0;
      if (isLast && denoiseFinal) ({ x0: x } = await denoise(x, index));
      // in the variance-exploding view: the next level begins with this level's image
      else x = weightedSum([to.signal / from.signal, x]);
      yield finishedStep(input, index, x, isLast ? x : x0);
    }
  };
}
