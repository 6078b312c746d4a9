import type { GuidanceStrategy, SweepSetting } from "../sweep/sweep-results.ts";

const strategies = { cfg: "classifier-free guidance", clip: "CLIP guidance" } as const satisfies Record<GuidanceStrategy, string>;

export interface NameOptions {
  /** All settings have one sampler and as many steps: names go without. */
  readonly isSamplerShared: boolean;
}

/** E.g. `"classifier-free guidance"`, or `"classifier-free guidance, ddim, 50 steps"`. */
export function curveName(setting: SweepSetting, options: NameOptions): string {
  return strategies[setting.strategy] + samplerPart(setting, options);
}

/** E.g. `"CLIP guidance 2"`, or `"CLIP guidance 2, ddim, 50 steps"`. */
export function settingName(setting: SweepSetting, options: NameOptions): string {
  return `${strategies[setting.strategy]} ${setting.scale}${meaningOf(setting)}${samplerPart(setting, options)}`;
}

/** E.g. `"ddim, 50 steps"`. */
export function samplerName({ sampler, steps }: SweepSetting): string {
  if (typeof steps === "string") return `${sampler}, ${steps}`;
  return `${sampler}, ${steps === 1 ? "1 step" : `${steps} steps`}`;
}

export function samplersAgree(settings: readonly SweepSetting[]): boolean {
  return new Set(settings.map(({ sampler, steps }) => JSON.stringify([sampler, steps]))).size <= 1;
}

/** Whether the sampler forgets the caption: `epsilon(x|empty)` alone is left of classifier-free guidance. */
export function isCaptionForgotten({ strategy, scale }: Pick<SweepSetting, "strategy" | "scale">): boolean {
  return strategy === "cfg" && scale === 0;
}

function meaningOf({ strategy, scale }: SweepSetting): string {
  if (isCaptionForgotten({ strategy, scale })) return " (caption ignored)";
  return scale === (strategy === "cfg" ? 1 : 0) ? " (unguided)" : "";
}

function samplerPart(setting: SweepSetting, { isSamplerShared }: NameOptions): string {
  return isSamplerShared ? "" : `, ${samplerName(setting)}`;
}
