import { GlissadeError } from "@glissade/graph";

/**
 * The settings in an image are missing, damaged, or not such that the image could be made again
 * from them.
 */
export class ImageSettingsError extends GlissadeError {
  static override readonly code: string = "ImageSettingsError";
}
