import type { Tensor } from "@glissade/core";

/** Images and their captions, as a training step takes them. */
export interface TrainingBatch {
  /** [B, 3, side, side] in [-1, 1]. */
  readonly images: Tensor;
  /** One an image. */
  readonly captions: readonly string[];
}

/** A file that could not be used, and why. */
export interface SkippedFile {
  readonly file: string;
  readonly reason: string;
}

/** Where batches come from. */
export interface TrainingData {
  /** One line for logs and reports: what it is and how many examples it has. */
  readonly description: string;
  /** Examples of an epoch, as far as they were listed. */
  readonly size: number;
  /** Side of the square images in pixels. */
  readonly side: number;
  /**
   * Examples `start` to `start + count` of the endless shuffled stream: a pure function of its
   * arguments and of what the data was opened with (the seed too), so that a run that resumes at an
   * example sees what it would have seen. May prepare what comes after.
   */
  batch(
    start: number,
    count: number,
    options?: { readonly signal?: AbortSignal },
  ): Promise<TrainingBatch>;
  /** Files that could not be used so far, each once. */
  readonly skipped: readonly SkippedFile[];
  dispose(): Promise<void>;
}
