import { ddimReverseStep } from "./ddim.ts";
import { firstIndex, type Sampler } from "./sampler.ts";

/**
 * The other direction: from an image (`x` of the input, taken as the diffusion's step 0) to the noise
 * from which deterministic DDIM makes it again. Ends at step `from`, where a run of `ddim()` with
 * the same `from` can start. The steps are numbered as in sampling: `index` is the step that `x`
 * has just left, here 0, 1, ... `from` - 1.
 *
 * The way back is exact only in the limit of many steps: here epsilon is evaluated at the cleaner
 * end of each step, there at the noisier one.
 *
 * @see Song, Meng & Ermon 2021, arXiv 2010.02502, section 4.3
 * @example `for await (const { x } of ddimInversion()({ diffusion, denoise, noise, x: image }))
 * latent = x;`
 */
export function ddimInversion(): Sampler {
  return async function* sample(input) {
    const { diffusion, denoise, signal } = input;
    let { x } = input;
    const steps = firstIndex(input);
    for (let index = 0; index < steps; index++) {
      signal?.throwIfAborted();
      const prediction = await denoise(x, index);
      x = ddimReverseStep(diffusion, prediction, index);
      yield {
        step: index + 1,
        steps,
        index,
        timestep: diffusion.timestepMap[index] as number,
        x,
        x0: prediction.x0,
      };
    }
  };
}
