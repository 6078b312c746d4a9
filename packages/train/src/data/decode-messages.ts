import type { RgbImage } from "@glissade/core";
import type { CaptionFormat } from "./captions.ts";
import type { KeptPart } from "./decode-image.ts";
import type { FileRange } from "./file-range.ts";

/** Where the captions of an example are: known from the listing, or still in a file. */
export type CaptionSource =
  | readonly string[]
  | { readonly range: FileRange; readonly format: CaptionFormat };

/** What a worker is asked for. `undefined` instead asks it to end. */
export interface DecodeRequest {
  readonly image: FileRange;
  readonly captions: CaptionSource;
  readonly side: number;
  readonly keep: KeptPart;
}

/** An image and its captions, as they are drawn from. */
export interface DecodedExample {
  /** Its shorter side is the one asked for. */
  readonly image: RgbImage;
  /** Never none. */
  readonly captions: readonly string[];
}

/** What a worker answers. */
export type DecodeReply = { readonly example: DecodedExample } | { readonly unusable: string };
