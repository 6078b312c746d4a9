import { assertPositiveInteger, assertSameDims, InvalidArgumentError } from "@glissade/graph";
import type { Guidance } from "./guidance.ts";
import { assertBranch, imageParts, innerProduct } from "./image-channels.ts";
import { type GuidanceInterval, type ScaleSchedule, scaleWithin } from "./scale-schedule.ts";

export interface CfgZeroOptions {
  /** w: 1 is the network as it is. Default 3. */
  readonly scale?: number | ScaleSchedule;
  /**
   * Progress, 0 to 1, before which the output is zero ("zero-init"). For networks that predict a
   * flow's velocity; default 0, never.
   */
  readonly zeroUntil?: number;
  /** The part of the run, in progress from 0 to 1, that is guided. Default [0, 1]. */
  readonly interval?: GuidanceInterval;
  /** Channels C of the image; the network's further channels are not guided. Default 3. */
  readonly imageChannels?: number;
}

/**
 * CFG-Zero*: s u + w (c - s u) with s = <c, u> / |u|^2 for each image, the multiple of the
 * unconditional output that is closest to the conditional one.
 *
 * @throws InvalidArgumentError if an option is out of range
 * @see Fan et al. 2025, arXiv 2503.18886, equation 9 and algorithm 1
 * @example `cfgZero({ scale: 4 })`
 */
export function cfgZero({
  scale = 3,
  zeroUntil = 0,
  interval = [0, 1],
  imageChannels = 3,
}: CfgZeroOptions = {}): Guidance {
  if (!(zeroUntil >= 0 && zeroUntil <= 1))
    throw new InvalidArgumentError({
      argument: "zeroUntil",
      received: zeroUntil,
      expected: "a number from 0 to 1",
    });
  assertPositiveInteger("imageChannels", imageChannels);
  const scaleAt = scaleWithin(scale, interval);
  const isZero = (progress: number) => progress < zeroUntil;
  return {
    name: "cfg-zero",
    settings:
      typeof scale === "number" ? { name: "cfg-zero", scale, zeroUntil, interval } : undefined,
    needs: scale === 1 ? [] : ["unconditional"],
    plan: (progress) => (isZero(progress) || scaleAt(progress) === 1 ? [] : ["unconditional"]),
    combine({ conditional, unconditional, progress }) {
      const { dims } = conditional;
      const data = conditional.data.slice();
      const parts = imageParts(conditional, imageChannels);
      if (isZero(progress)) {
        for (const [start, end] of parts) data.fill(0, start, end);
        return { dtype: "float32", dims, data };
      }
      const w = scaleAt(progress);
      if (w === 1) return conditional;
      const base = assertBranch("unconditional", unconditional, progress);
      assertSameDims(dims, base.dims);
      for (const [start, end] of parts) {
        const c = conditional.data.subarray(start, end);
        const u = base.data.subarray(start, end);
        const s = innerProduct(c, u) / innerProduct(u, u) || 0;
        for (let i = 0; i < c.length; i++) {
          const closest = s * (u[i] as number);
          data[start + i] = closest + w * ((c[i] as number) - closest);
        }
      }
      return { dtype: "float32", dims, data };
    },
  };
}
