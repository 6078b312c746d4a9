import { assertPositiveInteger } from "@glissade/graph";
import { classifierFreeGuidance } from "./classifier-free.ts";
import type { Guidance } from "./guidance.ts";
import { assertBranch } from "./image-channels.ts";
import { type GuidanceInterval, type ScaleSchedule, scaleWithin } from "./scale-schedule.ts";

export interface AutoguidanceOptions {
  /** w: 1 is the network as it is. Default 2, about the paper's choice. */
  readonly scale?: number | ScaleSchedule;
  /** The part of the run, in progress from 0 to 1, that is guided. Default [0, 1]. */
  readonly interval?: GuidanceInterval;
  /** Channels C of the image; the network's further channels are not guided. Default 3. */
  readonly imageChannels?: number;
}

/**
 * D_weaker + w (D - D_weaker): away from a smaller or less trained network's errors. Both see the
 * same prompt, so the image is sharpened without being pushed towards the prompt.
 *
 * @throws InvalidArgumentError if an option is out of range
 * @see Karras et al. 2024, "Guiding a diffusion model with a bad version of itself", arXiv
 * 2406.02507, equation 3
 * @example `autoguidance({ scale: 2 })`
 */
export function autoguidance({
  scale = 2,
  interval = [0, 1],
  imageChannels = 3,
}: AutoguidanceOptions = {}): Guidance {
  assertPositiveInteger("imageChannels", imageChannels);
  const scaleAt = scaleWithin(scale, interval);
  return {
    name: "autoguidance",
    settings: typeof scale === "number" ? { name: "autoguidance", scale, interval } : undefined,
    needs: scale === 1 ? [] : ["weaker"],
    plan: (progress) => (scaleAt(progress) === 1 ? [] : ["weaker"]),
    combine({ conditional, weaker, progress }) {
      const w = scaleAt(progress);
      if (w === 1) return conditional;
      const base = assertBranch("weaker", weaker, progress);
      return classifierFreeGuidance(conditional, base, w, imageChannels);
    },
  };
}
