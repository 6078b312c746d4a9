import type { MeasuredSet } from "../metrics/metric-card.ts";

/**
 * `"cfg"`: classifier-free guidance, 1 is none and 0 forgets the caption. `"clip"`: the gradient of
 * the model's noised CLIP alone, 0 is none.
 */
export type GuidanceStrategy = "cfg" | "clip";

/** One way of sampling that is measured. */
export interface SweepSetting {
  readonly strategy: GuidanceStrategy;
  readonly scale: number;
  readonly sampler: string;
  readonly steps: number | string;
}

export interface MeasuredSetting extends SweepSetting, MeasuredSet {
  /** Of sampling one image. */
  readonly secondsPerImage: number;
}

/** What a sweep found: the plain data that its report, tables and plots are made of. */
export interface SweepResults {
  readonly format: 1;
  readonly model: { readonly name: string; readonly sha256: string };
  readonly captions: { readonly name: string; readonly count: number; readonly sha256: string };
  /**
   * Images of each setting; image k of every setting has the same caption and the same noise.
   */
  readonly samples: number;
  readonly seed: number;
  readonly backend: { readonly name: string; readonly provider: string };
  readonly settings: readonly MeasuredSetting[];
}
