import { InvalidArgumentError } from "@glissade/core";
import { assertPositiveInteger } from "@glissade/graph";
import { assertOwnState, type TimestepSampler } from "./timestep-sampler.ts";

/**
 * Noisy steps more often: of uniform u, the step at s u / (1 + (s - 1) u) of the process. Density
 * at the noisy end is s times that of uniform steps, at the clean end 1 / s. Losses are not weighed
 * back, so this changes what is learned first: where almost everything is noise, only the caption
 * tells what to draw.
 *
 * @param numTimesteps length of the process
 * @param shift s; 1 is uniform, below 1 prefers clean steps
 * @throws InvalidArgumentError where `shift` is not positive
 * @see Esser et al. 2024, arXiv 2403.03206, equation 23
 * @example `shiftedTimesteps(1000, 6)`
 */
export function shiftedTimesteps(numTimesteps: number, shift: number): TimestepSampler {
  assertPositiveInteger("numTimesteps", numTimesteps);
  if (!(typeof shift === "number" && shift > 0 && shift < Infinity))
    throw new InvalidArgumentError({
      argument: "shift",
      received: shift,
      expected: "a positive number",
    });
  const state = { name: `shifted by ${shift}`, numTimesteps, losses: [] };
  const shifted = (u: number) => (shift * u) / (1 + (shift - 1) * u);
  /** The inverse: where uniform numbers below it become steps below a given one. */
  const unshifted = (v: number) => v / (shift - (shift - 1) * v);
  return {
    probabilities: () =>
      Float64Array.from(
        { length: numTimesteps },
        (_, t) => unshifted((t + 1) / numTimesteps) - unshifted(t / numTimesteps),
      ),
    sample(count, random) {
      const t = Array.from(random.rand([count]).data, (u) =>
        Math.min(numTimesteps - 1, Math.floor(numTimesteps * shifted(u))),
      );
      return { t, weights: new Float32Array(count).fill(1) };
    },
    update() {},
    state: () => state,
    restore: (saved) => assertOwnState(saved, state),
  };
}
