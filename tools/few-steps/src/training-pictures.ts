import type { RgbImage } from "@glissade/core";
import { imagesFromTensor } from "@glissade/core/image";
import { openTrainingData } from "@glissade/train";

/** Of the order in which pictures are drawn; another one than training's. */
const drawSeed = 77;
const batchSize = 64;

/** The first pictures of a data set's stream, as `glissade train --data` would see them. */
export async function trainingPictures(
  source: string,
  { side, count }: { readonly side: number; readonly count: number },
): Promise<RgbImage[]> {
  const data = await openTrainingData(source, { side, seed: drawSeed });
  try {
    const pictures: RgbImage[] = [];
    for (let start = 0; start < count; start += batchSize) {
      const { images } = await data.batch(start, Math.min(batchSize, count - start));
      pictures.push(...imagesFromTensor(images));
    }
    return pictures;
  } finally {
    await data.dispose();
  }
}
