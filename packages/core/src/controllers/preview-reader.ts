import type { GeneratedImage, GenerateStep } from "../pipelines/index.ts";

export interface PreviewSettings {
  /** Show the images of the steps. Making them costs time: `false` saves it. Default true. */
  readonly preview?: boolean;
  /** Milliseconds between two previews at least. Default 100. */
  readonly previewInterval?: number;
}

/** A finished step that is kept. */
export interface StepRecord extends Pick<GenerateStep, "stage" | "step" | "steps" | "timestep"> {
  /** The images expected at that step. Made when read, once. */
  readonly preview: readonly GeneratedImage[];
}

/** Reads the previews of one run, no more often than it is allowed to: each costs work. */
export class PreviewReader {
  #last = Number.NEGATIVE_INFINITY;

  /** @returns undefined where it is not time yet */
  read(
    step: GenerateStep,
    { preview: isWanted = true, previewInterval = 100 }: PreviewSettings,
  ): readonly GeneratedImage[] | undefined {
    if (!isWanted || performance.now() - this.#last < previewInterval) return undefined;
    const { preview } = step;
    this.#last = performance.now();
    return preview;
  }
}

/** A step for a scrubber, which lets go of the step's tensors once its images are made. */
export function stepRecord(finished: GenerateStep): StepRecord {
  const { stage, step, steps, timestep } = finished;
  let source: GenerateStep | undefined = finished;
  let preview: readonly GeneratedImage[] = [];
  return {
    stage,
    step,
    steps,
    timestep,
    get preview() {
      if (source) preview = source.preview;
      source = undefined;
      return preview;
    },
  };
}
