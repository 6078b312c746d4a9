import { type RgbImage, rgbImage } from "@glissade/core";
import { onBackground } from "./augment.ts";
import { judgeSide } from "./judge-network.ts";
import type { RealImage, RealImages } from "./real-images.ts";
import { unwarped } from "./warp.ts";

/** Silhouettes and clip art are another domain than what is judged: they only help to learn. */
export function isDrawn({ record: { kind } }: RealImage): boolean {
  return kind !== "glyph" && kind !== "clipart";
}

/** A real image on white, as it is judged. */
export function realRgb(images: RealImages, image: RealImage): RgbImage {
  return rgbOf(onBackground(unwarped(images.small(image))));
}

/** Three planes of 0 to 1 as an image of 32 pixels. */
export function rgbOf(planes: Float32Array): RgbImage {
  const size = judgeSide * judgeSide;
  const data = Uint8Array.from({ length: 3 * size }, (_, i) =>
    Math.round(255 * (planes[(i % 3) * size + Math.floor(i / 3)] ?? 0)),
  );
  return rgbImage(judgeSide, judgeSide, data);
}
