import type { SamplerName, Spacing } from "@glissade/core";

/** How one network samples. */
export interface Setting {
  readonly sampler: SamplerName;
  readonly steps: number | string;
  /** The sampler's own where it is not given. */
  readonly spacing?: Spacing;
}

/** What few steps are measured by: ancestral sampling, as the paper's images were made. */
export const yardstick: Setting = { sampler: "ddpm", steps: 250 };

const sweep = (
  sampler: SamplerName,
  steps: readonly (number | string)[],
  spacing?: Spacing,
): Setting[] => steps.map((count) => ({ sampler, steps: count, ...(spacing && { spacing }) }));

/**
 * Heun's method costs two evaluations a step but one in the last, and PLMS one more in the first:
 * their steps are chosen for 10 and 20 evaluations.
 */
export const baseSettings: readonly Setting[] = [
  ...sweep("dpmpp-2m", [6, 10, 15, 20]),
  ...sweep("unipc", [10, 15, 20]),
  ...sweep("ddim", [10, 20]),
  ...sweep("ddim", [20], "karras"),
  ...sweep("dpmpp-2m-sde", [10, 20]),
  ...sweep("plms", [9, 19]),
  ...sweep("heun", [10]),
  ...sweep("ddpm", [20]),
  ...sweep("dpmpp-2m", [30]),
  ...sweep("ddim", [50]),
  ...sweep("ddpm", [50, 100]),
];

/** GLIDE's notebook: 100 ancestral steps, then 27 of DDIM, most of them at the end. */
export const notebook = {
  base: { sampler: "ddpm", steps: 100 },
  upsampler: { sampler: "ddim", steps: "fast27" },
} as const satisfies Cascade;

export const upsamplerSettings: readonly Setting[] = [
  notebook.upsampler,
  ...sweep("ddim", [4, 6, 8, 12]),
  ...sweep("ddim", [4, 8], "karras"),
  ...sweep("dpmpp-2m", [4, 6, 8, 12]),
  ...sweep("unipc", [4, 6, 8]),
  ...sweep("heun", [3, 4, 6]),
];

/** Both networks' settings. */
export interface Cascade {
  readonly base: Setting;
  readonly upsampler: Setting;
}

/** The whole recipes that are compared with the notebook's. */
export const recipes: readonly Cascade[] = [
  { base: { sampler: "dpmpp-2m", steps: 20 }, upsampler: notebook.upsampler },
  { base: { sampler: "dpmpp-2m", steps: 20 }, upsampler: { sampler: "dpmpp-2m", steps: 8 } },
  { base: { sampler: "dpmpp-2m", steps: 15 }, upsampler: { sampler: "dpmpp-2m", steps: 8 } },
  { base: { sampler: "dpmpp-2m", steps: 15 }, upsampler: { sampler: "dpmpp-2m", steps: 4 } },
];

/** A setting in words, for tables and file names. */
export function describeSetting({ sampler, steps, spacing }: Setting): string {
  return [sampler, steps, ...(spacing ? [spacing] : [])].join(" ");
}
