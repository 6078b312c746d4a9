import { GlissadeError } from "@glissade/core";
import type { SkippedFile } from "./training-data.ts";

/**
 * There is nothing to train on: a path that is not there, a folder without images, images
 * without captions, files that are all damaged.
 */
export class TrainingDataError extends GlissadeError {
  static override readonly code: string = "TrainingDataError";

  /** What was opened: the path as it was given. */
  readonly source: string;
  /** What was found there, in words. */
  readonly found: string;
  /** Files that were passed over, and why. */
  readonly skipped: readonly SkippedFile[];

  constructor({
    source,
    found,
    advice,
    skipped = [],
    cause,
  }: {
    source: string;
    found: string;
    advice: string;
    skipped?: readonly SkippedFile[];
    cause?: unknown;
  }) {
    super(`${source} cannot be trained on: ${found}.${examples(skipped)} ${advice}`, { cause });
    this.source = source;
    this.found = found;
    this.skipped = skipped;
  }
}

/** The first few files of a list that may be long. */
function examples(skipped: readonly SkippedFile[]): string {
  if (skipped.length === 0) return "";
  const shown = skipped.slice(0, 3).map(({ file, reason }) => `${file}: ${reason}`);
  const more = skipped.length - shown.length;
  return ` Passed over: ${shown.join("; ")}${more > 0 ? `; and ${more} more` : ""}.`;
}
