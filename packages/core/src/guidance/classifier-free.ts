import {
  assertPositiveInteger,
  assertSameDims,
  InvalidArgumentError,
  type Tensor,
} from "@glissade/graph";
import type { Guidance } from "./guidance.ts";
import { assertBranch, imageParts } from "./image-channels.ts";
import { type GuidanceInterval, type ScaleSchedule, scaleWithin } from "./scale-schedule.ts";

export interface ClassifierFreeOptions {
  /**
   * s: 1 is the network as it is, larger values follow the prompt more closely. A schedule changes
   * it over the run. Default 3, GLIDE's.
   */
  readonly scale?: number | ScaleSchedule;
  /**
   * The part of the run, in progress from 0 to 1, in which there is guidance at all; outside it
   * only the conditional evaluation is made. Default [0, 1].
   * @see Kynkäänniemi et al. 2024, arXiv 2404.07724
   */
  readonly interval?: GuidanceInterval;
  /**
   * phi: how far the result's contrast is brought back to that of the conditional prediction, 0
   * (default) to 1.
   * @see Lin et al. 2024, arXiv 2305.08891, equations 15 and 16
   */
  readonly rescale?: number;
  /**
   * Channels C of the image: the network's further channels, its variance, are not guided. Default
   * 3.
   */
  readonly imageChannels?: number;
}

/**
 * epsilon(x|empty) + s (epsilon(x|c) - epsilon(x|empty)). The variance stays the conditional
 * branch's, as in GLIDE. A negative prompt is another condition in the empty prompt's place: the
 * caller decides what the unconditional branch is conditioned on.
 *
 * @throws InvalidArgumentError where an option is out of range, and in `plan` where a schedule
 * gives no finite scale of at least 0.
 * @see Ho & Salimans 2021, arXiv 2207.12598, equation 6; Nichol et al. 2021, arXiv 2112.10741,
 * section 2.3
 * @example `classifierFree({ scale: 3, interval: [0.1, 0.8] })`
 */
export function classifierFree({
  scale = 3,
  interval = [0, 1],
  rescale = 0,
  imageChannels = 3,
}: ClassifierFreeOptions = {}): Guidance {
  if (!(rescale >= 0 && rescale <= 1))
    throw new InvalidArgumentError({
      argument: "rescale",
      received: rescale,
      expected: "a number from 0 to 1",
    });
  assertPositiveInteger("imageChannels", imageChannels);
  const scaleAt = scaleWithin(scale, interval);
  return {
    name: "classifier-free",
    settings:
      typeof scale === "number" ? { name: "classifier-free", scale, interval, rescale } : undefined,
    needs: scale === 1 ? [] : ["unconditional"],
    // at scale 1 the empty prompt cancels out
    plan: (progress) => (scaleAt(progress) === 1 ? [] : ["unconditional"]),
    combine({ conditional, unconditional, progress }) {
      const scaleNow = scaleAt(progress);
      if (scaleNow === 1) return conditional;
      const base = assertBranch("unconditional", unconditional, progress);
      const guided = classifierFreeGuidance(conditional, base, scaleNow, imageChannels);
      return rescale === 0 ? guided : matchDeviation(guided, conditional, rescale, imageChannels);
    },
  };
}

/**
 * unconditional + scale * (conditional - unconditional) on the first `imageChannels` channels; the
 * others are the conditional branch's.
 *
 * @param conditional `[B, C, H, W]` with C >= `imageChannels`
 * @param unconditional same shape
 * @throws InvalidArgumentError where the shapes differ or have fewer channels.
 */
export function classifierFreeGuidance(
  conditional: Tensor,
  unconditional: Tensor,
  scale: number,
  imageChannels = 3,
): Tensor {
  assertSameDims(conditional.dims, unconditional.dims);
  const data = conditional.data.slice();
  for (const [start, end] of imageParts(conditional, imageChannels)) {
    for (let i = start; i < end; i++) {
      const base = unconditional.data[i] as number;
      data[i] = base + scale * ((conditional.data[i] as number) - base);
    }
  }
  return { dtype: "float32", dims: conditional.dims, data };
}

/**
 * Guidance raises the deviation of epsilon, which overexposes images; this mixes in, by phi, a copy
 * with the conditional branch's deviation.
 */
function matchDeviation(
  guided: Tensor,
  conditional: Tensor,
  phi: number,
  imageChannels: number,
): Tensor {
  const data = guided.data.slice();
  for (const [start, end] of imageParts(guided, imageChannels)) {
    const ratio =
      deviation(conditional.data.subarray(start, end)) /
      deviation(guided.data.subarray(start, end));
    const factor = Number.isFinite(ratio) ? phi * ratio + 1 - phi : 1;
    for (let i = start; i < end; i++) data[i] = factor * (guided.data[i] as number);
  }
  return { dtype: "float32", dims: guided.dims, data };
}

function deviation(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return Math.sqrt(squares / values.length);
}
