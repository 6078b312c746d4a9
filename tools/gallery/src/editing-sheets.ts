import { type Mask, type RgbImage, rgbImage } from "@glissade/core";
import { rowsOf, type Sheet } from "./sheet.ts";
import { ellipse, type Shape, sketch } from "./sketch.ts";
import { only, type Studio } from "./studio.ts";

/** A part of an image, in shares of its sides. */
interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const inpaintings: readonly {
  readonly shown: string;
  readonly box: Box;
  readonly prompts: readonly string[];
}[] = [
  {
    shown: "red apple",
    box: { left: 0.5, top: 0, right: 1, bottom: 1 },
    prompts: ["red apple", "green apple", "lemon"],
  },
  {
    shown: "panda",
    box: { left: 0, top: 0.5, right: 1, bottom: 1 },
    prompts: ["panda", "lion", "dog face"],
  },
];

/** Another one than the image's: with its own the noise would already know what was there. */
const inpaintingSeed = 6;

/** An image, the same with what is erased in grey, and that part made anew for three prompts. */
export const inpaintingSheet: Sheet = {
  path: "gallery/inpainting.png",
  async draw(studio) {
    const rows: RgbImage[][] = [];
    for (const { shown, box, prompts } of inpaintings) {
      const image = await studio.image({ prompt: shown });
      const mask = boxMask(image, box);
      const row = [image, erased(image, mask)];
      for (const prompt of prompts)
        row.push(
          only((await studio.glide.inpaint({ image, mask, prompt, seed: inpaintingSeed })).images),
        );
      rows.push(row);
    }
    return rowsOf(rows);
  },
};

function boxMask({ width, height }: RgbImage, { left, top, right, bottom }: Box): Mask {
  const isInside = (x: number, y: number) =>
    x >= left * width && x < right * width && y >= top * height && y < bottom * height;
  return {
    width,
    height,
    data: Uint8Array.from({ length: width * height }, (_, i) =>
      isInside(i % width, Math.floor(i / width)) ? 255 : 0,
    ),
  };
}

function erased(image: RgbImage, mask: Mask): RgbImage {
  return rgbImage(
    image.width,
    image.height,
    image.data.map((level, i) => (mask.data[Math.floor(i / 3)] === 255 ? 160 : level)),
  );
}

const [red, green, amber, brown, black, grey] = [
  [220, 30, 30],
  [60, 160, 50],
  [250, 190, 30],
  [90, 50, 20],
  [30, 30, 30],
  [235, 235, 235],
] as const;

const apple: readonly Shape[] = [
  ellipse(red, 0.5, 0.58, 0.36, 0.34),
  ellipse(green, 0.62, 0.17, 0.16, 0.08),
];
const flower: readonly Shape[] = [
  ellipse(green, 0.5, 0.82, 0.05, 0.17),
  ellipse(amber, 0.5, 0.38, 0.34, 0.34),
  ellipse(brown, 0.5, 0.38, 0.16, 0.16),
];
const bear: readonly Shape[] = [
  ...[0.22, 0.78].map((x) => ellipse(black, x, 0.24, 0.16, 0.16)),
  ellipse(grey, 0.5, 0.55, 0.4, 0.36),
  ...[0.35, 0.65].map((x) => ellipse(black, x, 0.48, 0.09, 0.11)),
];

const sketches: readonly { readonly shapes: readonly Shape[]; readonly prompt: string }[] = [
  { shapes: apple, prompt: "red apple" },
  { shapes: flower, prompt: "sunflower" },
  { shapes: bear, prompt: "panda" },
  { shapes: bear, prompt: "dog face" },
];

const strengths = [0.2, 0.4, 0.6, 0.8, 1];

/** A sketch, and what SDEdit makes of it: the more strength, the less of the sketch stays. */
export const sdeditSheet: Sheet = {
  path: "gallery/sdedit.png",
  async draw(studio) {
    const rows: RgbImage[][] = [];
    for (const { shapes, prompt } of sketches)
      rows.push(await strengthsOf(studio, sketch(studio.glide.imageSize, shapes), prompt));
    return rowsOf(rows);
  },
};

async function strengthsOf(
  { glide, seed }: Studio,
  image: RgbImage,
  prompt: string,
): Promise<RgbImage[]> {
  const row = [image];
  for (const strength of strengths)
    row.push(only((await glide.imageToImage({ image, prompt, strength, seed })).images));
  return row;
}
