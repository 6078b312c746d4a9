import type { ImageModelV4CallOptions, ImageModelV4File, SharedV4Warning } from "@ai-sdk/provider";
import {
  decodePng,
  ImageError,
  InvalidArgumentError,
  type Mask,
  maskFromAlpha,
  maskFromImage,
  type RgbImage,
} from "@glissade/core";
import { type FetchImageOptions, fetchImage } from "./fetch-image.ts";

/**
 * An image to begin with; with a mask a part of it is made anew, without one all of it changes.
 */
export interface GivenImage {
  readonly image: RgbImage;
  readonly mask?: Mask;
}

type Fetching = Omit<FetchImageOptions, "argument">;

/**
 * The image and mask of a call. The AI SDK does not say what a mask means, and its providers
 * differ. So both conventions are read: in a mask with transparency the transparent part is made
 * anew (OpenAI's), in an opaque one the white part (GLIDE's, and most others').
 *
 * @throws InvalidArgumentError where there are several images, or a mask without one; ImageError
 * where a file is no PNG file; ImageFetchError; the signal's reason where aborted
 */
export async function readGivenImage(
  { files = [], mask }: Pick<ImageModelV4CallOptions, "files" | "mask">,
  fetching: Fetching,
): Promise<{
  readonly image: GivenImage | undefined;
  readonly warnings: readonly SharedV4Warning[];
}> {
  const [file, ...others] = files;
  if (others.length > 0)
    throw new InvalidArgumentError({
      argument: "images",
      received: files,
      expected: "one image to begin with",
    });
  if (!file) {
    if (mask)
      throw new InvalidArgumentError({
        argument: "images",
        received: files,
        expected: "the image that the mask is for",
      });
    return { image: undefined, warnings: [] };
  }
  const { image, alpha } = await readPng(file, "images[0]", fetching);
  const warnings: SharedV4Warning[] = alpha
    ? [
        {
          type: "unsupported",
          feature: "transparency",
          details:
            "The image's transparency is dropped. To make its transparent part anew, give the image as the mask too.",
        },
      ]
    : [];
  return { image: mask ? { image, mask: await readMask(mask, fetching) } : { image }, warnings };
}

async function readMask(file: ImageModelV4File, fetching: Fetching): Promise<Mask> {
  const { image, alpha } = await readPng(file, "mask", fetching);
  return alpha ? maskFromAlpha(image.width, image.height, alpha) : maskFromImage(image);
}

async function readPng(file: ImageModelV4File, argument: string, fetching: Fetching) {
  const bytes =
    file.type === "url"
      ? await fetchImage(file.url, { argument, ...fetching })
      : bytesOf(file.data, argument);
  try {
    return decodePng(bytes);
  } catch (cause) {
    if (!ImageError.isInstance(cause)) throw cause;
    throw new ImageError(`${argument} cannot be read. ${cause.message} Give a PNG file.`, {
      cause,
    });
  }
}

function bytesOf(data: string | Uint8Array, argument: string): Uint8Array {
  if (typeof data !== "string") return data;
  try {
    return Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  } catch (cause) {
    throw new InvalidArgumentError({
      argument,
      received: data,
      expected: "the bytes of a PNG file, or the same in base64",
      cause,
    });
  }
}
