import { tensor } from "@glissade/graph";
import { erasedRegions, stepRandom } from "../tasks/index.ts";
import { comparisonGrid } from "./comparison-grid.ts";
import { defaultGuidance, sampleSeed } from "./image-grid.ts";
import type { SampleGrid } from "./stage.ts";

/** Of an inpainting network: the known part, the result, the original. */
export const inpaintGrid: SampleGrid = (round) => {
  const { run, examples, guidance = defaultGuidance(run.recipe) } = round;
  const { images } = examples;
  const [count = 0] = images.dims;
  const mask = erasedRegions(count, run.side, stepRandom(sampleSeed, 0)("masks"));
  const plane = run.side ** 2;
  const isKnown = (i: number) =>
    mask.data[Math.floor(i / (3 * plane)) * plane + (i % plane)] as number;
  const shown = {
    conditions: { inpaint_image: images, inpaint_mask: mask },
    images: tensor(
      images.dims,
      images.data.map((value, i) => value * isKnown(i)),
    ),
    about: "known part",
  };
  return comparisonGrid(round, shown, guidance);
};
