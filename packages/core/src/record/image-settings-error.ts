import { GlissadeError } from "@glissade/graph";

/**
 * The settings in a picture are missing, damaged, or not such that the picture could be made again
 * from them.
 */
export class PictureSettingsError extends GlissadeError {
  static override readonly code: string = "PictureSettingsError";
}
