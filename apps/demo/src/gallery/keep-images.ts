import type { GenerateResult } from "@glissade/core";
import { type ImageMaker, imageFile } from "../images/image-file.ts";
import { promptOf } from "../images/prompt-of.ts";
import { gallery } from "./gallery-store.ts";

/** Results that are in the gallery: an effect may see one twice. */
const kept = new WeakSet<GenerateResult>();

/**
 * Puts a run's images into the gallery, once. @throws DOMException where the browser stores
 * nothing, or has no room
 */
export async function keepImages(
  result: GenerateResult,
  maker: ImageMaker | undefined,
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
      file: imageFile(image, k, settings, maker),
    })),
  );
}
