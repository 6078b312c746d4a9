import type { Tensor } from "@glissade/graph";

/** A seeded stream of random numbers: every call continues it. */
export interface RandomGenerator {
  /** Standard normal values, float32. */
  randn(dims: readonly number[]): Tensor;
  /** Uniform values in [0, 1), float32. */
  rand(dims: readonly number[]): Tensor;
}
