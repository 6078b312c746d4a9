import type { Tensor } from "@glissade/core";
import type { BetaScheduleName, MeanType } from "@glissade/core/diffusion";
import type { ComponentName } from "./component.ts";

/** The noise schedule that a network was trained with. */
export interface NoiseSchedule {
  readonly steps: number;
  readonly schedule: BetaScheduleName;
}

/** What a network that denoises may predict: a scheduler has no name for the mean of x_(t-1). */
export type PredictedQuantity = Exclude<MeanType, "previous-x">;

/** A trained network with everything needed to continue training it or to export it. */
export interface TrainedNetwork {
  /** Where it was read from, for messages. */
  readonly label: string;
  readonly component: ComponentName;
  readonly network: Readonly<Record<string, unknown>>;
  readonly diffusion: NoiseSchedule;
  /** What a network that denoises predicts. */
  readonly meanType: PredictedQuantity;
  /** The contents of `tokenizer.json`; undefined for a classifier. */
  readonly tokenizer: unknown;
  /** Of a classifier. */
  readonly classes?: ReadonlyMap<string, number>;
  /** By name, as float32. The shapes may be another view of those in the network. */
  readonly weights: ReadonlyMap<string, Tensor>;
}
