import { type Tensor, weightedSum } from "@glissade/graph";
import { type NoiseLevel, noiseLevel } from "../diffusion/noise-level.ts";
import { finishedStep, reverseIndices, type Sampler } from "./sampler.ts";

/** A step that the predictor took and that the next evaluation will correct. */
interface Predicted {
  /** x where the step began, after its own correction. */
  readonly x: Tensor;
  readonly x0: Tensor;
  readonly level: NoiseLevel;
  /** The evaluation before. */
  readonly previous: { readonly x0: Tensor; readonly level: NoiseLevel } | undefined;
}

/**
 * UniPC of order 2 with B_2(h) = e^h - 1, for x_0: the predictor UniP-2, and the corrector UniC-2,
 * which uses the evaluation at the end of a step to take that step again, one order higher and at
 * no further evaluation. The step to the clean image, whose log-SNR step is infinite, takes x_0.
 *
 * @see Zhao et al. 2023, arXiv 2302.04867, theorem 3.1 and the appendix on data prediction
 * @example `unipc()`
 */
export function unipc(): Sampler {
  return async function* sample(input) {
    const { diffusion, denoise } = input;
    let { x } = input;
    let last: Predicted | undefined;
    for (const index of reverseIndices(input)) {
      const level = noiseLevel(diffusion, index);
      const { x0 } = await denoise(x, index);
      if (last) x = correct(last, x0, level);
      const step: Predicted = {
        x,
        x0,
        level,
        previous: last && { x0: last.x0, level: last.level },
      };
      x = predictStep(step, noiseLevel(diffusion, index - 1));
      last = step;
      yield finishedStep(input, index, x, x0);
    }
  };
}

/**
 * UniP-2 (the same as DPM-Solver++(2M)); without history, or to the clean image, UniP-1, which is
 * DDIM.
 */
function predictStep({ x, x0, level, previous }: Predicted, to: NoiseLevel): Tensor {
  if (!previous || to.noise === 0) return integrate(x, x0, level, to, []);
  const h = to.lambda - level.lambda;
  const r = (previous.level.lambda - level.lambda) / h;
  return integrate(x, x0, level, to, [[1 / (2 * r), previous.x0]]);
}

/** UniC-2 after UniP-2, UniC-1 after UniP-1. */
function correct({ x, x0, level, previous }: Predicted, x0AtEnd: Tensor, to: NoiseLevel): Tensor {
  if (!previous) return integrate(x, x0, level, to, [[1 / 2, x0AtEnd]]);
  const h = to.lambda - level.lambda;
  const r = (previous.level.lambda - level.lambda) / h;
  // The weights solve rho_1 + rho_2 = b_1, r rho_1 + rho_2 = b_2: the step is then exact for an x_0
  // that is quadratic in log-SNR.
  const phi1 = Math.expm1(-h);
  const phi2 = phi1 / -h - 1;
  const phi3 = phi2 / -h - 1 / 2;
  const b1 = phi2 / phi1;
  const b2 = (2 * phi3) / phi1;
  const rho1 = (b1 - b2) / (1 - r);
  return integrate(x, x0, level, to, [
    [rho1 / r, previous.x0],
    [b1 - rho1, x0AtEnd],
  ]);
}

/** (noise' / noise) x + signal' (1 - e^-h) (x_0 + sum of weight * (other x_0 - x_0)) */
function integrate(
  x: Tensor,
  x0: Tensor,
  from: NoiseLevel,
  to: NoiseLevel,
  differences: readonly (readonly [weight: number, other: Tensor])[],
): Tensor {
  const growth = -to.signal * Math.expm1(from.lambda - to.lambda);
  const total = differences.reduce((sum, [weight]) => sum + weight, 0);
  return weightedSum(
    [to.noise / from.noise, x],
    [growth * (1 - total), x0],
    ...differences.map(([weight, other]) => [growth * weight, other] as const),
  );
}
