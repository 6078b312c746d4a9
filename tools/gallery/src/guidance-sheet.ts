import { rowsOf, type Sheet } from "./sheet.ts";
import type { ImageOptions, Studio } from "./studio.ts";

const columns = [
  "red apple",
  "panda",
  "butterfly",
  "sunflower",
  "bicycle",
  "guitar",
  "dog face",
  "cactus",
];

/** Unguided; classifier-free; CLIP alone; both. */
const rows: readonly Pick<ImageOptions, "guidance" | "clipGuidance">[] = [
  { guidance: 1 },
  ...[2, 4, 8].map((guidance) => ({ guidance })),
  ...[10, 30, 100].map((clipGuidance) => ({ guidance: 1, clipGuidance })),
  { guidance: 4, clipGuidance: 30 },
];

/**
 * Ancestral sampling, for which CLIP guidance was described: the gradient moves the mean by the
 * variance.
 */
const ancestral = { sampler: "ddpm", steps: 100, upscale: false } as const;

/** One prompt a column, one rule a row, the same noise everywhere. */
export const guidanceSheet: Sheet = {
  path: "gallery/guidance.png",
  async draw(studio) {
    const images = await Promise.all(
      rows.map((guidance) =>
        studio.images(columns.map((prompt) => ({ prompt, ...ancestral, ...guidance }))),
      ),
    );
    for (const [row, guidance] of rows.entries())
      console.log(
        `  ${JSON.stringify(guidance)}: mean CLIP score ${await meanScore(studio, images[row] ?? [])}`,
      );
    return rowsOf(images);
  },
};

async function meanScore(
  { glide }: Studio,
  images: Awaited<ReturnType<Studio["images"]>>,
): Promise<string> {
  let sum = 0;
  for (const [column, image] of images.entries())
    sum += (await glide.clipScore({ images: [image], prompt: columns[column] ?? "" }))[0] ?? 0;
  return (sum / images.length).toFixed(2);
}
