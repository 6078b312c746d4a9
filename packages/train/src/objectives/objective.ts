import { InvalidArgumentError, UnknownNameError } from "@glissade/core";
import {
  type MeanType,
  meanTypes,
  type VarianceType,
  varianceTypes,
} from "@glissade/core/diffusion";

/**
 * What is minimised:
 *
 * - `"simple"`: L_simple, the squared error of the network's prediction (Ho et al. 2020, equation
 *   14). A learned variance is not trained by it.
 * - `"hybrid"`: L_simple + lambda L_vlb, where L_vlb trains the variance alone (Nichol & Dhariwal
 *   2021, equation 16).
 * - `"vlb"`: L_vlb, the variational bound itself (Ho et al. 2020, equation 5).
 */
export type LossType = "simple" | "hybrid" | "vlb";

/** A training objective of a diffusion network. */
export interface Objective {
  readonly loss: LossType;
  /** What the network's first C channels are. */
  readonly meanType: MeanType;
  readonly varianceType: VarianceType;
  /**
   * What a sample's term of L_vlb, in bits per dimension, is multiplied by. By default T / 1000 for
   * `"hybrid"` (lambda = 0.001 times the T terms that one sampled step stands for;
   * guided-diffusion's RESCALED_MSE) and T for `"vlb"` (RESCALED_KL).
   */
  readonly vlbWeight: number | undefined;
  /**
   * gamma of min-SNR weighting, usually 5: it keeps steps with little noise from outweighing the
   * others. Hang et al. 2023. Undefined for none.
   */
  readonly minSnrGamma: number | undefined;
}

const losses: readonly LossType[] = ["simple", "hybrid", "vlb"];

/**
 * An objective with what is left out filled in: the hybrid loss of a network that predicts the
 * noise and where its variance lies between the fixed ones. That is GLIDE's.
 *
 * @throws UnknownNameError for a loss, mean or variance type that does not exist;
 * InvalidArgumentError where a weight is out of range, or a hybrid loss has a fixed variance.
 * @example `objective({ meanType: "velocity", minSnrGamma: 5 })`
 */
export function objective(options: Partial<Objective> = {}): Objective {
  const {
    loss = "hybrid",
    meanType = "epsilon",
    varianceType = "learned-range",
    vlbWeight,
    minSnrGamma,
  } = options;
  assertKnown("loss", loss, losses);
  assertKnown("mean type", meanType, meanTypes);
  assertKnown("variance type", varianceType, varianceTypes);
  if (loss === "hybrid" && !isLearned(varianceType)) {
    throw new InvalidArgumentError({
      argument: "varianceType",
      received: varianceType,
      expected: '"learned" or "learned-range" for the hybrid loss, which trains the variance',
      hint: 'With a fixed variance use the loss "simple" or "vlb".',
    });
  }
  assertPositive("vlbWeight", vlbWeight);
  assertPositive("minSnrGamma", minSnrGamma);
  return { loss, meanType, varianceType, vlbWeight, minSnrGamma };
}

/** Whether the network's last C channels are its variance. */
export function isLearned(varianceType: VarianceType): boolean {
  return varianceType === "learned" || varianceType === "learned-range";
}

function assertKnown(kind: string, asked: string, known: readonly string[]): void {
  if (!known.includes(asked)) throw new UnknownNameError({ kind, asked, known });
}

function assertPositive(argument: string, value: number | undefined): void {
  if (value !== undefined && !(value > 0 && value < Infinity))
    throw new InvalidArgumentError({ argument, received: value, expected: "a positive number" });
}
