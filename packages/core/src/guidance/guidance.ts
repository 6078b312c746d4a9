import type { Tensor } from "@glissade/graph";

/**
 * A further evaluation of the same images that a rule asks for:
 *
 * - `"unconditional"`: the network under the empty (or the negative) prompt;
 * - `"weaker"`: a second, weaker network under the same prompts.
 *
 * Open: a caller of its own denoiser may offer others (`"perturbed"`, ...).
 */
export type Branch = "unconditional" | "weaker" | (string & {});

/** The network's outputs for one batch at one step, `[B, C or 2C, H, W]`. */
export interface GuidanceBranches {
  readonly conditional: Tensor;
  /** Absent if `plan` did not ask for it. */
  readonly unconditional?: Tensor | undefined;
  /** Absent if `plan` did not ask for it. */
  readonly weaker?: Tensor | undefined;
  /** How far the run is: 0 at its first, noisiest step, 1 at its last. */
  readonly progress: number;
  /** x_0 = fromX x_t + fromOutput output at this step, for rules that work on images. */
  readonly x0?: StepToX0 | undefined;
}

/** How an output of this step becomes an image. */
export interface StepToX0 {
  /** x_t, `[B, C, H, W]`. */
  readonly x: Tensor;
  readonly fromX: number;
  readonly fromOutput: number;
}

/** A rule's name and its options as plain data: what a file or a message can hold. */
export interface GuidanceSettings {
  readonly name: string;
  readonly [option: string]: number | string | boolean | readonly number[];
}

/**
 * A rule that steers a sample by combining evaluations. In each step the caller asks `plan` which
 * branches it takes, evaluates them, and passes them to `combine`.
 */
export interface Guidance {
  readonly name: string;
  /** The rule as plain data; undefined if it has a schedule or is made by hand. */
  readonly settings?: GuidanceSettings | undefined;
  /** The branches asked for in at least one step; settled before anything runs. */
  readonly needs: readonly Branch[];
  /** The branches that this step needs, of those in `needs`. */
  plan(progress: number): readonly Branch[];
  /**
   * The output to go on with, of the shape of `conditional`.
   *
   * @throws InvalidArgumentError if a planned branch is missing
   */
  combine(branches: GuidanceBranches): Tensor;
}
