import type { TrainingBatch, TrainingData } from "@glissade/train";
import { augment } from "./augment.ts";
import { judgeSide } from "./judge-network.ts";
import { type Random, randomOf } from "./random.ts";
import { type RealImage, type RealImages, thingNames } from "./real-images.ts";
import { type CutImage, softened } from "./warp.ts";

/** How often an image is drawn, against the emoji of the same thing: these are drawn otherwise. */
const weights: Readonly<Partial<Record<RealImage["record"]["kind"], number>>> = {
  clipart: 0.3,
  glyph: 0.15,
};

/** Every thing as often as every other one, changed anew every time. */
export function judgeData(images: RealImages, seed: number): TrainingData {
  const trained = images.all.filter(({ part }) => part === "trained");
  const byThing = thingNames.map((_, thing) => trained.filter((image) => image.thing === thing));
  const drawable = byThing.filter((ofThing) => ofThing.length > 0);
  const soft = new Map<RealImage, CutImage>();
  const softOf = (image: RealImage) => {
    const known = soft.get(image) ?? softened(images.large(image));
    soft.set(image, known);
    return known;
  };
  return {
    description: `real images of ${thingNames.length} things: ${trained.length}`,
    size: trained.length,
    side: judgeSide,
    skipped: [],
    async batch(start, count, { signal } = {}): Promise<TrainingBatch> {
      const size = 3 * judgeSide * judgeSide;
      const data = new Float32Array(count * size);
      const captions: string[] = [];
      for (let k = 0; k < count; k++) {
        signal?.throwIfAborted();
        const random = randomOf(seed, start + k);
        const ofThing = drawable[Math.floor(random.between(0, drawable.length))] ?? [];
        const image = drawImage(ofThing, random);
        captions.push(thingNames[image.thing] ?? "");
        const into = data.subarray(k * size, (k + 1) * size);
        augment(softOf(image), random, judgeSide, into);
      }
      const dims = [count, 3, judgeSide, judgeSide];
      return { images: { dtype: "float32", dims, data }, captions };
    },
    async dispose() {},
  };
}

function drawImage(ofThing: readonly RealImage[], random: Random): RealImage {
  const weightOf = ({ record }: RealImage) => weights[record.kind] ?? 1;
  let left = random.between(
    0,
    ofThing.reduce((sum, image) => sum + weightOf(image), 0),
  );
  for (const image of ofThing) {
    left -= weightOf(image);
    if (left < 0) return image;
  }
  const last = ofThing.at(-1);
  if (!last) throw new Error("A thing without images cannot be drawn.");
  return last;
}
