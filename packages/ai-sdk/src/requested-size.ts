import type { ImageModelV4CallOptions, SharedV4Warning } from "@ai-sdk/provider";
import type { Glide, RgbImage } from "@glissade/core";
import type { GlissadeImageOptions } from "./image-options.ts";

type Upscale = GlissadeImageOptions["upscale"];

export interface RequestedSize {
  /** Undefined where the model may choose. */
  readonly upscale: Upscale;
  readonly warnings: readonly SharedV4Warning[];
}

/**
 * Which of the model's two sizes serves the one asked for: the base network's, or the upsampler's.
 * Any other is a warning, since the image can be made all the same.
 *
 * @param filled the image of which a part is made anew: the result has its size
 */
export function requestedSize(
  { baseSize, imageSize }: Pick<Glide, "baseSize" | "imageSize">,
  { size, aspectRatio }: Pick<ImageModelV4CallOptions, "size" | "aspectRatio">,
  upscale: Upscale,
  filled: RgbImage | undefined,
): RequestedSize {
  const kept = filled && `${filled.width}x${filled.height}`;
  const made =
    kept ?? [...new Set([baseSize, imageSize])].map((side) => `${side}x${side}`).join(" or ");
  const warnings: SharedV4Warning[] = [];
  const unsupported = (feature: string, asked: string) =>
    warnings.push({
      type: "unsupported",
      feature,
      details: `${asked} was asked for; ${kept ? "the image keeps its" : "this model makes"} ${made}.`,
    });
  if (aspectRatio !== undefined && (kept !== undefined || aspectRatio !== "1:1"))
    unsupported("aspectRatio", aspectRatio);
  if (size === undefined || kept !== undefined) {
    if (size !== undefined && size !== kept) unsupported("size", size);
    return { upscale, warnings };
  }
  if (size === `${imageSize}x${imageSize}`)
    return { upscale: baseSize === imageSize ? upscale : upscale || true, warnings };
  if (size === `${baseSize}x${baseSize}`) return { upscale: false, warnings };
  unsupported("size", size);
  return { upscale, warnings };
}
