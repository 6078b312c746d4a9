import type { GenerateResult } from "@glissade/core";
import { type PictureMaker, pictureFile } from "../pictures/picture-file.ts";
import { promptOf } from "../pictures/prompt-of.ts";
import { gallery } from "./gallery-store.ts";

/** Results that are in the gallery: an effect may see one twice. */
const kept = new WeakSet<GenerateResult>();

/**
 * Puts a run's pictures into the gallery, once. @throws DOMException where the browser stores
 * nothing, or has no room
 */
export async function keepPictures(
  result: GenerateResult,
  maker: PictureMaker | undefined,
): Promise<void> {
  if (kept.has(result)) return;
  kept.add(result);
  const { settings, images } = result;
  const made = Date.now();
  await gallery.add(
    images.map((image, k) => ({
      id: crypto.randomUUID(),
      made: made + k,
      prompt: promptOf(settings),
      seed: image.seed,
      file: pictureFile(image, k, settings, maker),
    })),
  );
}
