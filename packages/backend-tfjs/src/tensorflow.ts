import type * as TensorFlowCore from "@tensorflow/tfjs-core";

/**
 * What is used of TensorFlow.js: `@tensorflow/tfjs-core`, or any package that has it within
 * (`@tensorflow/tfjs`, `@tensorflow/tfjs-node`).
 */
export type TensorFlow = typeof TensorFlowCore;

export type TfTensor = TensorFlowCore.Tensor;

/** How a backend of TensorFlow.js differs from the others, where it matters here. */
export interface BackendTraits {
  /**
   * Matrix products of transposed operands, and those of many matrices at once, are as fast as
   * plain ones.
   */
  readonly fastProducts: boolean;
  /** `sin` and `cos` are good to the last digits for every angle. */
  readonly exactAngles: boolean;
  /** Rows are summed by `unsortedSegmentSum`. */
  readonly segmentSum: boolean;
  /** Kernels keep a copy of each weight, packed for them, for as long as its tensor lives. */
  readonly packedCopies: boolean;
}
