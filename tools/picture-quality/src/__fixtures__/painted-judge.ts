import { type RgbImage, rgbImage } from "@glissade/core";
import type { Judge } from "../judge.ts";
import { noScore } from "../scores.ts";

const things = ["cat", "dog", "taxi", "tree", "sun", "moon"];

/** A judge of images of one colour: its red is the number of what they show. */
export const paintedJudge: Judge = {
  description: {
    channels: [1, 1, 1],
    things,
    names: { cat: ["kitty", "cats"], taxi: ["cab", "yellow taxi"], moon: ["full moon"] },
    training: { seed: 1, steps: 1, examples: 1, leftOut: "none" },
    accuracy: { trained: noScore, heldOut: noScore, leftOut: noScore, augmented: noScore },
    byThing: {
      cat: {
        trained: { images: 4, top1: 4, top5: 4 },
        leftOut: { images: 1, top1: 0, top5: 1 },
      },
      taxi: { trained: { images: 2, top1: 1, top5: 2 } },
    },
    confusions: [],
  },
  judge: async (images) =>
    images.map(({ data }) => Float32Array.from(things, (_, k) => -Math.abs(k - (data[0] ?? 0)))),
  dispose: async () => {},
};

/** An image that the judge takes for the thing of this number. */
export function painted(number: number): RgbImage {
  return rgbImage(32, 32, new Uint8Array(3 * 32 * 32).fill(number));
}
