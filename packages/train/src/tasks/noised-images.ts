import type { Tensor } from "@glissade/core";
import { type GaussianDiffusion, qSample } from "@glissade/core/diffusion";
import { tensor } from "@glissade/graph";
import { uniformTimesteps } from "../objectives/index.ts";
import type { StepRandom } from "./training-task.ts";

export interface NoisedImages {
  /** x_t, of the images' shape. */
  readonly x: Tensor;
  /** [B], steps of the original process. */
  readonly timesteps: Tensor;
}

/**
 * Images with as much noise as at steps drawn uniformly: what a network that guides is trained
 * on.
 */
export function noisedImages(
  process: GaussianDiffusion,
  images: Tensor,
  random: StepRandom,
): NoisedImages {
  const { t } = uniformTimesteps(process.numTimesteps).sample(
    images.dims[0] ?? 0,
    random("timesteps"),
  );
  return {
    x: qSample(process, images, t, random("noise").randn(images.dims)),
    timesteps: originalTimesteps(process, t),
  };
}

/**
 * Indices into a process as networks read them: as steps of the original process, of which a
 * respaced one has a part.
 */
export function originalTimesteps(process: GaussianDiffusion, t: readonly number[]): Tensor {
  return tensor(
    [t.length],
    t.map((step) => process.timestepMap[step] as number),
  );
}
