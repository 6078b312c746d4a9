import { join } from "node:path";
import { GlissadeError } from "@glissade/core";
import { writeSafetensors } from "@glissade/core/weights";
import type { TrainingBatch } from "../data/index.ts";
import type { GraphInputs } from "../engine/gradient-engine.ts";

/**
 * A loss or a gradient is not finite. The run's last checkpoint is good; the step's data lie in a
 * file.
 */
export class TrainingDivergedError extends GlissadeError {
  static override readonly code: string = "TrainingDivergedError";

  readonly step: number;
  /**
   * What the step was computed from: a safetensors file of the graph's inputs, its captions in the
   * metadata.
   */
  readonly file: string;

  constructor({ step, what, file }: { step: number; what: string; file: string }) {
    super(
      `Step ${step} has ${what}. Its batch is kept in ${file}. The parameters are as they were before it: lower the learning rate, clip harder or warm up longer, and resume from the last checkpoint.`,
    );
    this.step = step;
    this.file = file;
  }
}

/** Keeps the step's data and gives the error to throw. */
export async function diverged(
  folder: string,
  step: number,
  what: string,
  inputs: GraphInputs,
  { captions }: TrainingBatch,
): Promise<TrainingDivergedError> {
  const file = join(folder, `diverged-step-${step}.safetensors`);
  await writeSafetensors(file, inputs, {
    metadata: { step: String(step), captions: JSON.stringify(captions) },
  });
  return new TrainingDivergedError({ step, what, file });
}
