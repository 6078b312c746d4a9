import { GlissadeError } from "@glissade/graph";

/** An image file that is no image, is damaged, is too large, or uses what is not supported. */
export class ImageError extends GlissadeError {
  static override readonly code: string = "ImageError";
}
