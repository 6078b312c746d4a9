import { GlissadeError } from "@glissade/graph";

/** A picture file that is no picture, is damaged, is too large, or uses what is not supported. */
export class ImageError extends GlissadeError {
  static override readonly code: string = "ImageError";
}
