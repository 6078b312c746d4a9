import type { Tensor } from "@glissade/graph";

/**
 * A second evaluation that a rule asks for: of the same image under the empty (or the negative)
 * prompt.
 */
export type GuidanceNeed = "unconditional";

/** What the network said about one image batch at one step, `[B, C or 2C, H, W]`. */
export interface GuidanceBranches {
  readonly conditional: Tensor;
  /** Absent where `plan` did not ask for it. */
  readonly unconditional?: Tensor;
  /** How far the run is: 0 at its first, noisiest step, 1 at its last. */
  readonly progress: number;
}

/**
 * A rule that steers a sample by combining evaluations of the network. In each step the caller asks
 * `plan` which evaluations it takes, makes them in one call of the network (rows of both conditions
 * in one batch), and gives them to `combine`.
 */
export interface Guidance {
  readonly name: string;
  /** What the rule asks for in at least one step; settled before anything runs. */
  readonly needs: readonly GuidanceNeed[];
  /** Whether this step needs the second evaluation; where not, the batch of the network halves. */
  plan(progress: number): { readonly unconditional: boolean };
  /**
   * The model output to go on with, of the shape of `conditional`. @throws InvalidArgumentError
   * where a planned branch is missing.
   */
  combine(branches: GuidanceBranches): Tensor;
}
