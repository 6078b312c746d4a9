import type { GuidanceStrategy, SweepSetting } from "../sweep/sweep-results.ts";
import { isUnguided } from "../sweep/sweep-settings.ts";

const strategies = {
  cfg: "classifier-free guidance",
  clip: "CLIP guidance",
} as const satisfies Record<GuidanceStrategy, string>;

export interface TitleOptions {
  /** All settings have one sampler and as many steps: titles go without. */
  readonly isSamplerShared: boolean;
}

/**
 * What a report calls settings that differ in their scale alone: `"classifier-free guidance"`, or
 * `"classifier-free guidance, ddim, 50 steps"`.
 */
export function curveTitle(setting: SweepSetting, options: TitleOptions): string {
  return strategies[setting.strategy] + samplerPart(setting, options);
}

/** What a report calls a setting: `"CLIP guidance 2"`, or `"CLIP guidance 2, ddim, 50 steps"`. */
export function settingTitle(setting: SweepSetting, options: TitleOptions): string {
  return `${strategies[setting.strategy]} ${setting.scale}${meaningOf(setting)}${samplerPart(setting, options)}`;
}

/** E.g. `"ddim, 50 steps"`. */
export function samplerTitle({ sampler, steps }: SweepSetting): string {
  if (typeof steps === "string") return `${sampler}, ${steps}`;
  return `${sampler}, ${steps === 1 ? "1 step" : `${steps} steps`}`;
}

export function samplersAgree(settings: readonly SweepSetting[]): boolean {
  return new Set(settings.map(({ sampler, steps }) => JSON.stringify([sampler, steps]))).size <= 1;
}

/**
 * Whether the sampler forgets the caption: `epsilon(x|empty)` alone is left of classifier-free
 * guidance.
 */
export function isCaptionForgotten({ strategy, scale }: SweepSetting): boolean {
  return strategy === "cfg" && scale === 0;
}

function meaningOf(setting: SweepSetting): string {
  if (isCaptionForgotten(setting)) return " (caption ignored)";
  return isUnguided(setting) ? " (unguided)" : "";
}

function samplerPart(setting: SweepSetting, { isSamplerShared }: TitleOptions): string {
  return isSamplerShared ? "" : `, ${samplerTitle(setting)}`;
}
