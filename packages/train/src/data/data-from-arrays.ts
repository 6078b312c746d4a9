import { DisposedError, InvalidArgumentError } from "@glissade/core";
import { assertPositiveInteger } from "@glissade/graph";
import { assertBatchRange } from "./batch-range.ts";
import type { DecodedExample } from "./decode-messages.ts";
import { type CaptionChoice, drawBatch } from "./draw-example.ts";
import { StreamOrder } from "./stream-order.ts";
import type { TrainingData } from "./training-data.ts";

export interface ArrayData {
  /** [N, side, side, 3]: three bytes (red, green, blue) a pixel. Not copied. */
  readonly pixels: Uint8Array;
  readonly side: number;
  /** One or several an image. */
  readonly captions: readonly (readonly string[] | string)[];
  readonly seed: number;
  /** Flips every other image left to right, by chance. Default false. */
  readonly mirror?: boolean;
  /** Which of several captions is shown. Default `"random"`. */
  readonly choice?: CaptionChoice;
  /** Default true: every epoch in an order of its own. */
  readonly shuffle?: boolean;
}

/**
 * Images and captions that are in memory already.
 *
 * @throws InvalidArgumentError where the arrays do not fit each other, or an image has no caption.
 * @example `dataFromArrays({ pixels, side: 32, captions: ["red apple", ["dog", "a dog's face"]],
 * seed: 0, mirror: true })`
 */
export function dataFromArrays({
  pixels,
  side,
  captions,
  seed,
  mirror = false,
  choice = "random",
  shuffle = true,
}: ArrayData): TrainingData {
  assertPositiveInteger("side", side);
  const size = captions.length;
  const imageBytes = side * side * 3;
  if (size === 0)
    throw new InvalidArgumentError({
      argument: "captions",
      received: captions,
      expected: "captions of at least one image",
    });
  if (pixels.length !== size * imageBytes) {
    throw new InvalidArgumentError({
      argument: "pixels",
      received: `${pixels.length} bytes`,
      expected: `${size * imageBytes} bytes for ${size} images of ${side}x${side}, as many as captions`,
    });
  }
  const lines = captions.map((entry) => (typeof entry === "string" ? [entry] : entry));
  const without = lines.findIndex(
    (entry) => entry.length === 0 || entry.some((line) => line.trim() === ""),
  );
  if (without >= 0)
    throw new InvalidArgumentError({
      argument: `captions[${without}]`,
      received: captions[without],
      expected: "a caption, or several",
    });

  const order = new StreamOrder({ size, seed, shuffle });
  const exampleAt = (position: number): DecodedExample => {
    const index = order.indexAt(position);
    const data = pixels.subarray(index * imageBytes, (index + 1) * imageBytes);
    return {
      image: { width: side, height: side, data },
      captions: lines[index] as readonly string[],
    };
  };
  let disposed = false;
  return {
    description: `${size.toLocaleString("en")} images of ${side}x${side} in memory`,
    size,
    side,
    skipped: [],
    async batch(start, count, { signal } = {}) {
      if (disposed) throw new DisposedError("The training data");
      signal?.throwIfAborted();
      assertBatchRange(start, count);
      const examples = Array.from({ length: count }, (_, slot) => exampleAt(start + slot));
      return drawBatch(examples, start, order, { side, mirror, captions: choice });
    },
    async dispose() {
      disposed = true;
    },
  };
}
