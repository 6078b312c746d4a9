import type { CaptionSource } from "./decode-messages.ts";
import type { FileRange } from "./file-range.ts";
import type { SkippedFile } from "./training-data.ts";

/** An image and its caption, as far as names tell: nothing of it was read. */
export interface ListedExample {
  /** The image's file, as messages name it. */
  readonly name: string;
  readonly image: FileRange;
  readonly captions: CaptionSource;
}

/** What one path holds. */
export interface Listing {
  readonly examples: readonly ListedExample[];
  readonly skipped: readonly SkippedFile[];
  /** Said where there is no example: what was there instead. */
  readonly found: string;
}

export interface ListingOptions {
  readonly signal?: AbortSignal | undefined;
}
