import type { RgbImage } from "@glissade/core";
import { imagesFromTensor } from "@glissade/core/image";
import { openTrainingData } from "@glissade/train";

/** Of the order in which images are drawn; another one than training's. */
const drawSeed = 77;
const batchSize = 64;

/** The first images of a data set's stream, as `glissade train --data` would see them. */
export async function trainingImages(
  source: string,
  { side, count }: { readonly side: number; readonly count: number },
): Promise<RgbImage[]> {
  const data = await openTrainingData(source, { side, seed: drawSeed });
  try {
    const all: RgbImage[] = [];
    for (let start = 0; start < count; start += batchSize) {
      const { images } = await data.batch(start, Math.min(batchSize, count - start));
      all.push(...imagesFromTensor(images));
    }
    return all;
  } finally {
    await data.dispose();
  }
}
