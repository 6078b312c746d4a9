import { type Mask, type RgbImage, rgbImage } from "@glissade/core";
import { coverSegment, type Segment } from "./brush.ts";

/** Parts of an image that a button masks: from and to, as shares of the sides. */
export const maskPresets = {
  "the left half": { x: [0, 0.5], y: [0, 1] },
  "the right half": { x: [0.5, 1], y: [0, 1] },
  "the top half": { x: [0, 1], y: [0, 0.5] },
  "the bottom half": { x: [0, 1], y: [0.5, 1] },
  "the centre": { x: [0.25, 0.75], y: [0.25, 0.75] },
} as const;

export type MaskPreset = keyof typeof maskPresets;

export function evenMask({ width, height }: Pick<Mask, "width" | "height">, level = 0): Mask {
  return { width, height, data: new Uint8Array(width * height).fill(level) };
}

/** The mask with one more piece of a stroke. What is erased is 0 again. */
export function paintMask(mask: Mask, segment: Segment, tool: "paint" | "erase"): Mask {
  const data = mask.data.slice();
  coverSegment(mask, segment, (pixel, share) => {
    const level = data[pixel] ?? 0;
    data[pixel] =
      tool === "paint"
        ? Math.max(level, Math.round(255 * share))
        : Math.min(level, Math.round(255 * (1 - share)));
  });
  return { ...mask, data };
}

export function invertMask(mask: Mask): Mask {
  return { ...mask, data: mask.data.map((level) => 255 - level) };
}

/** The mask with that part in addition. */
export function addPreset(mask: Mask, preset: MaskPreset): Mask {
  const { x, y } = maskPresets[preset];
  const inside = (share: number, [first, end]: readonly [number, number]) =>
    share >= first && share < end;
  return {
    ...mask,
    data: mask.data.map((level, i) =>
      inside((i % mask.width) / mask.width, x) &&
      inside(Math.floor(i / mask.width) / mask.height, y)
        ? 255
        : level,
    ),
  };
}

export function isBlank(mask: Mask): boolean {
  return mask.data.every((level) => level === 0);
}

/**
 * The mask with an edge that falls to 0 over so many pixels outside of what is painted; what is
 * painted stays. Distances are measured along the eight directions of the grid, up to 8 % more than
 * the true ones.
 */
export function softenMask(mask: Mask, pixels: number): Mask {
  if (pixels <= 0) return mask;
  const { width, height } = mask;
  const levels = Float32Array.from(mask.data);
  const straight = 255 / (pixels + 1);
  const diagonal = straight * Math.SQRT2;
  const spread = (x: number, y: number, direction: 1 | -1) => {
    const i = y * width + x;
    const take = (dx: number, dy: number, loss: number) => {
      if (x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height) return;
      levels[i] = Math.max(levels[i] ?? 0, (levels[i + dy * width + dx] ?? 0) - loss);
    };
    take(-direction, 0, straight);
    for (const dx of [-1, 0, 1]) take(dx, -direction, dx === 0 ? straight : diagonal);
  };
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) spread(x, y, 1);
  for (let y = height - 1; y >= 0; y--) for (let x = width - 1; x >= 0; x--) spread(x, y, -1);
  return { ...mask, data: Uint8Array.from(levels, Math.round) };
}

/** What is masked shines through stripes, which no image has by chance. */
export function showMask(image: RgbImage, mask: Mask): RgbImage {
  const data = image.data.slice();
  mask.data.forEach((level, pixel) => {
    const [x, y] = [pixel % mask.width, Math.floor(pixel / mask.width)];
    const stripe = (x + y) % 8 < 4 ? [255, 0, 160] : [255, 255, 255];
    const share = (0.65 * level) / 255;
    for (let c = 0; c < 3; c++)
      data[3 * pixel + c] = Math.round(
        (data[3 * pixel + c] ?? 0) * (1 - share) + (stripe[c] ?? 0) * share,
      );
  });
  return rgbImage(image.width, image.height, data);
}
