import type { GuidanceStrategy, SweepSetting } from "../sweep/sweep-results.ts";

const strategies = { cfg: "classifier-free guidance", clip: "CLIP guidance" } as const satisfies Record<GuidanceStrategy, string>;

/** E.g. `"classifier-free guidance, ddim, 50 steps"`; without the sampler where all settings share it. */
export function curveName({ strategy, sampler, steps }: SweepSetting, { isSamplerShared }: { readonly isSamplerShared: boolean }): string {
  return isSamplerShared ? strategies[strategy] : `${strategies[strategy]}, ${sampler}, ${stepsName(steps)}`;
}

/** E.g. `"CLIP guidance 2, ddim, 50 steps"`. */
export function settingName({ strategy, scale, sampler, steps }: SweepSetting): string {
  return `${strategies[strategy]} ${scale}${meaningOf(strategy, scale)}, ${sampler}, ${stepsName(steps)}`;
}

export function samplersAgree(settings: readonly SweepSetting[]): boolean {
  return new Set(settings.map(({ sampler, steps }) => JSON.stringify([sampler, steps]))).size <= 1;
}

/** Whether the sampler forgets the caption: `epsilon(x|empty)` alone is left of classifier-free guidance. */
export function isCaptionForgotten({ strategy, scale }: Pick<SweepSetting, "strategy" | "scale">): boolean {
  return strategy === "cfg" && scale === 0;
}

function meaningOf(strategy: GuidanceStrategy, scale: number): string {
  if (isCaptionForgotten({ strategy, scale })) return " (caption ignored)";
  return scale === (strategy === "cfg" ? 1 : 0) ? " (unguided)" : "";
}

function stepsName(steps: number | string): string {
  if (typeof steps === "string") return steps;
  return steps === 1 ? "1 step" : `${steps} steps`;
}
