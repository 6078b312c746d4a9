import { loadGlide, type RgbImage } from "@glissade/core";
import { defaultGuidance, imageGrid, sampleSeed, sampleSteps } from "./image-grid.ts";
import type { SampleGrid } from "./stage.ts";

/** Of a base network: one image for each prompt. */
export const promptGrid: SampleGrid = async ({ run, step, model, backend, ...round }) => {
  const { prompts, signal, guidance = defaultGuidance(run.recipe) } = round;
  const glide = await loadGlide(model, { backend });
  try {
    const images: RgbImage[] = [];
    for (const prompt of prompts) {
      const result = await glide.generate({
        prompt,
        seed: sampleSeed,
        steps: sampleSteps,
        sampler: "dpmpp-2m",
        guidance,
      });
      images.push(...result.images);
      if (signal?.aborted) break;
    }
    return {
      png: imageGrid(images, Math.min(8, Math.ceil(Math.sqrt(images.length)))),
      caption: `step ${step}: ${prompts.join(" / ")}`,
    };
  } finally {
    await glide.dispose();
  }
};
