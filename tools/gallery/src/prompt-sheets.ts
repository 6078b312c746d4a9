import heldOut from "./held-out-captions.json" with { type: "json" };
import { prompts, samples } from "./prompts.ts";
import { rowsOf, type Sheet } from "./sheet.ts";
import type { Studio } from "./studio.ts";

/** Images in a row. */
const columns = 8;

/** One base image a prompt, all from the same noise: what READMEs show. */
export const promptSheets: readonly Sheet[] = [
  { path: "samples.png", draw: (studio) => sheetOf(studio, samples) },
  { path: "prompts-unguided.png", draw: (studio) => sheetOf(studio, prompts, 1) },
  { path: "prompts-guided.png", draw: (studio) => sheetOf(studio, prompts) },
  { path: "held-out-styles.png", draw: (studio) => sheetOf(studio, heldOut) },
];

/** @param guidance the model's own where it is not given */
async function sheetOf(
  studio: Studio,
  texts: readonly string[],
  guidance = studio.glide.defaults.guidanceScale,
) {
  const images = await studio.images(texts.map((prompt) => ({ prompt, guidance, upscale: false })));
  return rowsOf(
    Array.from({ length: Math.ceil(images.length / columns) }, (_, row) =>
      images.slice(row * columns, (row + 1) * columns),
    ),
  );
}
