import type { RgbImage } from "@glissade/core";
import { frechetDistance, type Gaussian } from "@glissade/evaluate";
import type { LargeTraining } from "./cascade-study.ts";
import type { TrainingFloor } from "./results.ts";
import { trainingImages } from "./training-images.ts";
import { fitView, type View } from "./views.ts";
import type { Workbench } from "./workbench.ts";

/** Training images that others are compared with. */
const references = 2048;
const largeReferences = 1024;

export interface MeasuredTraining {
  readonly base: Gaussian;
  readonly large: LargeTraining | undefined;
  /**
   * As many training images as a setting makes, against the references: a generator as good as
   * the data would come so near.
   */
  readonly floor: TrainingFloor;
}

/** The distributions of training images of both sizes. */
export async function measureTraining(
  bench: Workbench,
  source: string,
  { images, cascadeImages }: { readonly images: number; readonly cascadeImages: number },
): Promise<MeasuredTraining> {
  const { baseSize, imageSize } = bench.glide;
  const fit = (view: View, images: readonly RgbImage[]) => fitView(bench.features, view, images);
  const small = await trainingImages(source, { side: baseSize, count: references + images });
  const base = await fit("whole", small.slice(0, references));
  const floor = {
    images,
    references,
    base: frechetDistance(await fit("whole", small.slice(references)), base),
  };
  if (imageSize === baseSize) return { base, large: undefined, floor };

  const all = await trainingImages(source, {
    side: imageSize,
    count: largeReferences + cascadeImages,
  });
  const [known, others] = [all.slice(0, largeReferences), all.slice(largeReferences)];
  const large = { whole: await fit("whole", known), crops: await fit("crops", known) };
  const shrunk = frechetDistance(await fit("whole", others), large.whole);
  const crops = frechetDistance(await fit("crops", others), large.crops);
  return {
    base,
    large,
    floor: {
      ...floor,
      large: { images: cascadeImages, references: largeReferences, shrunk, crops },
    },
  };
}
