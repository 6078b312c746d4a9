import { type RgbImage, rgbImage } from "@glissade/core";
import { tensorFromImages } from "@glissade/core/image";
import type { DecodedExample } from "./decode-messages.ts";
import { pick, type StreamDraws, type StreamOrder } from "./stream-order.ts";
import type { TrainingBatch } from "./training-data.ts";

/**
 * Which of several captions an image is shown with: one drawn anew every time, always the first,
 * or all of them as one text.
 */
export type CaptionChoice = "random" | "first" | "joined";

export interface DrawOptions {
  readonly side: number;
  readonly mirror: boolean;
  readonly captions: CaptionChoice;
}

/** Examples as the positions from `start` show them. */
export function drawBatch(
  examples: readonly DecodedExample[],
  start: number,
  order: StreamOrder,
  options: DrawOptions,
): TrainingBatch {
  const drawn = examples.map((example, slot) =>
    drawExample(example, order.drawsAt(start + slot), options),
  );
  return {
    images: tensorFromImages(drawn.map(({ image }) => image)),
    captions: drawn.map(({ caption }) => caption),
  };
}

/**
 * An example as a training step sees it this time. A square image leaves nothing to crop; of a
 * longer one, the draws say which part.
 */
function drawExample(
  { image, captions }: DecodedExample,
  draws: StreamDraws,
  options: DrawOptions,
): { readonly image: RgbImage; readonly caption: string } {
  const { side } = options;
  const mirrored = options.mirror && draws.mirror < 0.5;
  const left = pick(draws.left, image.width - side + 1);
  const top = pick(draws.top, image.height - side + 1);
  return {
    image: cut(image, { left, top, side, mirrored }),
    caption: drawCaption(captions, draws.caption, options.captions),
  };
}

function drawCaption(captions: readonly string[], draw: number, choice: CaptionChoice): string {
  if (choice === "joined") return captions.join(" ");
  return captions[choice === "first" ? 0 : pick(draw, captions.length)] as string;
}

interface Cut {
  readonly left: number;
  readonly top: number;
  readonly side: number;
  readonly mirrored: boolean;
}

function cut({ width, data }: RgbImage, { left, top, side, mirrored }: Cut): RgbImage {
  const image = rgbImage(side, side);
  for (let y = 0; y < side; y++) {
    const row = ((top + y) * width + left) * 3;
    if (!mirrored) image.data.set(data.subarray(row, row + side * 3), y * side * 3);
    else
      for (let x = 0; x < side; x++)
        image.data.set(data.subarray(row + x * 3, row + x * 3 + 3), (y * side + side - 1 - x) * 3);
  }
  return image;
}
