import {
  assertPositiveInteger,
  assertSameDims,
  InvalidArgumentError,
  type Tensor,
} from "@glissade/graph";
import type { Guidance, StepToX0 } from "./guidance.ts";
import { assertBranch, imageParts, innerProduct } from "./image-channels.ts";
import { type GuidanceInterval, type ScaleSchedule, scaleWithin } from "./scale-schedule.ts";

export interface AdaptiveProjectedOptions {
  /** w: 1 is the network as it is. Default 5. */
  readonly scale?: number | ScaleSchedule;
  /** eta: what is kept of the update's part along x_0, which oversaturates. 0 (default) to 1. */
  readonly eta?: number;
  /** r: the update's largest norm, per image; 0 (default) for no limit. The paper: 2.5 to 15. */
  readonly norm?: number;
  /** The part of the run, in progress from 0 to 1, that is guided. Default [0, 1]. */
  readonly interval?: GuidanceInterval;
  /** Channels C of the image; the network's further channels are not guided. Default 3. */
  readonly imageChannels?: number;
}

/**
 * Adaptive projected guidance: D = D_c + (w - 1) (d_orthogonal + eta d_parallel), where d = min(1,
 * r / |d|) (D_c - D_u) is split along D_c, and D are the predicted images x_0. Large scales without
 * oversaturation. The paper's momentum is left out: it would make a step depend on earlier ones.
 *
 * @throws InvalidArgumentError if an option is out of range
 * @see Sadat et al. 2024, arXiv 2410.02416, algorithm 1
 * @example `adaptiveProjected({ scale: 8, norm: 15 })`
 */
export function adaptiveProjected({
  scale = 5,
  eta = 0,
  norm = 0,
  interval = [0, 1],
  imageChannels = 3,
}: AdaptiveProjectedOptions = {}): Guidance {
  if (!(eta >= 0 && eta <= 1))
    throw new InvalidArgumentError({
      argument: "eta",
      received: eta,
      expected: "a number from 0 to 1",
    });
  if (!(norm >= 0 && norm < Infinity))
    throw new InvalidArgumentError({
      argument: "norm",
      received: norm,
      expected: "a finite number of at least 0",
    });
  assertPositiveInteger("imageChannels", imageChannels);
  const scaleAt = scaleWithin(scale, interval);
  const name = "adaptive-projected";
  return {
    name,
    settings: typeof scale === "number" ? { name, scale, eta, norm, interval } : undefined,
    needs: scale === 1 ? [] : ["unconditional"],
    plan: (progress) => (scaleAt(progress) === 1 ? [] : ["unconditional"]),
    combine({ conditional, unconditional, progress, x0 }) {
      const w = scaleAt(progress);
      if (w === 1) return conditional;
      const base = assertBranch("unconditional", unconditional, progress);
      if (!x0)
        throw new InvalidArgumentError({
          argument: "x0",
          received: x0,
          expected: "how an output becomes an image: this rule works on x_0",
        });
      return projected(conditional, base, x0, { w, eta, norm, imageChannels });
    },
  };
}

function projected(
  conditional: Tensor,
  unconditional: Tensor,
  { x, fromX, fromOutput }: StepToX0,
  { w, eta, norm, imageChannels }: Readonly<Record<"w" | "eta" | "norm" | "imageChannels", number>>,
): Tensor {
  assertSameDims(conditional.dims, unconditional.dims);
  const data = conditional.data.slice();
  const imagesOfX = imageParts(x, imageChannels);
  for (const [row, [start, end]] of imageParts(conditional, imageChannels).entries()) {
    const c = conditional.data.subarray(start, end);
    const u = unconditional.data.subarray(start, end);
    const xt = x.data.subarray(...(imagesOfX[row] ?? [0, 0]));
    const image = c.map((output, i) => fromX * (xt[i] as number) + fromOutput * output);
    const d = c.map((output, i) => fromOutput * (output - (u[i] as number)));
    const size = Math.sqrt(innerProduct(d, d));
    const shrink = norm > 0 && size > norm ? norm / size : 1;
    const along = innerProduct(d, image) / innerProduct(image, image) || 0;
    for (let i = 0; i < c.length; i++) {
      const parallel = along * (image[i] as number);
      const update = shrink * ((d[i] as number) - (1 - eta) * parallel);
      data[start + i] = (c[i] as number) + ((w - 1) * update) / fromOutput;
    }
  }
  return { dtype: "float32", dims: conditional.dims, data };
}
