import { contactSheet, enlarge, InvalidArgumentError, type RgbImage } from "@glissade/core";

/** Width in pixels that small images are enlarged to at least, where nobody says. */
const comfortableWidth = 256;
/** Widest image or sheet that is written. */
const widest = 4096;
const sheetMargin = 8;

/**
 * The factor for images of `imageSize` pixels. @throws InvalidArgumentError where the one asked
 * for would make them larger than is sensible.
 */
export function enlargement(asked: number | undefined, imageSize: number): number {
  const factor = asked ?? Math.ceil(comfortableWidth / imageSize);
  const most = Math.max(Math.floor(widest / imageSize), 1);
  if (Number.isInteger(factor) && factor >= 1 && factor <= most) return factor;
  throw new InvalidArgumentError({
    argument: "--enlarge",
    received: factor,
    expected: `a whole number from 1 to ${most} for images of ${imageSize} pixels`,
  });
}

/**
 * One image of a run, or the sheet with all of them, whose pixels are enlarged less where it
 * would become too wide.
 */
export function render(
  images: readonly RgbImage[],
  take: number | "sheet",
  factor: number,
): RgbImage {
  const [first] = images;
  const one =
    take === "sheet" && images.length === 1 ? first : take === "sheet" ? undefined : images[take];
  if (one) return enlarge(one, factor);
  const columns = Math.ceil(Math.sqrt(images.length));
  const fitting = Math.min(factor, Math.floor(widest / (columns * (first?.width ?? 1))));
  return contactSheet(
    images.map((image) => enlarge(image, Math.max(fitting, 1))),
    { columns, margin: sheetMargin },
  );
}
