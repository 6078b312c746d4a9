import { GlissadeError, type RgbImage, rgbFromRgba } from "@glissade/core";

/** A file that this browser cannot show as an image. */
export class UnreadableImageError extends GlissadeError {
  static override readonly code: string = "UnreadableImageError";
  /** The file's name, where it has one. */
  readonly file: string;

  constructor(file: string, options?: ErrorOptions) {
    super(
      `${file || "This file"} cannot be read as an image; expected a PNG, JPEG, WebP, AVIF or GIF file that is not damaged. Try another one.`,
      options,
    );
    this.file = file;
  }
}

/**
 * The square in the middle of an image file, scaled to so many pixels; what is transparent becomes
 * white. Only the scaled image is kept, however large the file's is.
 *
 * @throws UnreadableImageError
 * @example `const image = await imageFromFile(file, 128)`
 */
export async function imageFromFile(file: Blob, side: number): Promise<RgbImage> {
  const address = URL.createObjectURL(file);
  try {
    return await scaledCentre(await loaded(address), side);
  } catch (cause) {
    throw new UnreadableImageError(file instanceof File ? file.name : "", { cause });
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Knows its size without being decoded. */
function loaded(address: string): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = () =>
      reject(new Error("The browser does not know the format, or the file is damaged."));
    image.src = address;
  });
}

async function scaledCentre(image: HTMLImageElement, side: number): Promise<RgbImage> {
  const { naturalWidth: width, naturalHeight: height } = image;
  const square = Math.min(width, height);
  const [left, top] = [Math.floor((width - square) / 2), Math.floor((height - square) / 2)];
  const bitmap = await createImageBitmap(image, left, top, square, square, {
    resizeWidth: side,
    resizeHeight: side,
    resizeQuality: "high",
  });
  try {
    const context = new OffscreenCanvas(side, side).getContext("2d");
    if (!context) throw new Error("There is no memory for a canvas.");
    context.drawImage(bitmap, 0, 0);
    return rgbFromRgba(context.getImageData(0, 0, side, side), { background: [255, 255, 255] });
  } finally {
    bitmap.close();
  }
}
