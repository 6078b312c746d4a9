import { InvalidArgumentError } from "@glissade/core";
import { resizeNearest } from "@glissade/core/image";
import { lowResolution, stepRandom } from "../tasks/index.ts";
import { comparisonGrid } from "./comparison-grid.ts";
import { sampleSeed } from "./image-grid.ts";
import type { SampleGrid } from "./stage.ts";

/** Of an upsampler: the small image, the result, the original. */
export const upscaleGrid: SampleGrid = (round) => {
  const { run, examples, guidance = 1 } = round; // the small image says what to draw
  const { side: lowSide } = run.recipe.lowRes ?? {};
  if (lowSide === undefined)
    throw new InvalidArgumentError({
      argument: "recipe.lowRes",
      received: undefined,
      expected: "the side of the images that an upsampler enlarges",
    });
  // Without the noise of training: the grid shows what the network makes of a clean image.
  const random = stepRandom(sampleSeed, 0)("augmentation");
  const small = lowResolution(examples.images, { side: lowSide }, random);
  const shown = {
    conditions: { low_res: small },
    images: resizeNearest(small, [run.side, run.side]),
    about: "small image",
  };
  return comparisonGrid(round, shown, guidance);
};
