import type { GeneratedImage } from "@glissade/core";
import { rowsOf, type Sheet } from "./sheet.ts";

const ways: readonly (readonly [from: string, to: string])[] = [
  ["red apple", "red heart"],
  ["sunflower", "butterfly"],
];

/** From one prompt to another, the noise the same. */
export const interpolationSheet: Sheet = {
  path: "gallery/interpolation.png",
  async draw({ glide, seed }) {
    const rows = [];
    for (const [from, to] of ways)
      rows.push(
        (
          await glide.interpolate({
            from: { prompt: from, seed },
            to: { prompt: to, seed },
            count: 7,
            upscale: false,
          })
        ).images,
      );
    return rowsOf(rows);
  },
};

const rankedPrompts = ["guitar", "sailboat"];
const candidates = 16;
const shown = 4;

/** The best and the worst of 16 by the model's CLIP, for each prompt. */
export const rankingSheet: Sheet = {
  path: "gallery/ranking.png",
  async draw({ glide, seed }) {
    const rows: GeneratedImage[][] = [];
    for (const prompt of rankedPrompts) {
      const { images } = await glide.generate({
        prompt,
        seed,
        count: candidates,
        keepBest: candidates,
        upscale: false,
      });
      console.log(
        `  ${prompt}: CLIP scores ${images.map(({ clipScore }) => clipScore?.toFixed(2)).join(" ")}`,
      );
      rows.push([...images.slice(0, shown), ...images.slice(-shown)]);
    }
    return rowsOf(rows);
  },
};
