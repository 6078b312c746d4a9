import { enlarge } from "@glissade/core";
import { samples } from "./prompts.ts";
import { rowsOf, type Sheet } from "./sheet.ts";
import { only } from "./studio.ts";

/** Base images with their pixels as squares, above what the upsampler makes of them. */
export const cascadeSheet: Sheet = {
  path: "gallery/cascade.png",
  async draw(studio) {
    const { glide, seed } = studio;
    const guidance = glide.defaults.guidanceScale;
    const small = await studio.images(
      samples.map((prompt) => ({ prompt, guidance, upscale: false })),
    );
    const large = [];
    for (const [k, image] of small.entries())
      large.push(only((await glide.upscale({ image, prompt: samples[k] ?? "", seed })).images));
    return rowsOf([small.map((image) => enlarge(image, glide.imageSize / glide.baseSize)), large]);
  },
};
