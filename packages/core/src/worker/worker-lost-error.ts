import { GlissadeError } from "@glissade/graph";

/**
 * The worker that ran a model is gone: it was ended from outside, its script failed, or the browser
 * took its memory. Connect again with a new worker.
 */
export class WorkerLostError extends GlissadeError {
  static override readonly code: string = "WorkerLostError";

  constructor(reason: string, options?: ErrorOptions) {
    super(
      `The worker that runs the model is gone: ${reason}. Connect again with a new worker.`,
      options,
    );
  }
}
