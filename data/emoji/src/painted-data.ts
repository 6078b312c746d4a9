import { DisposedError, InvalidArgumentError } from "@glissade/core";
import type { TrainingBatch, TrainingData } from "@glissade/train";

/** Training data whose examples are described first and painted when a batch needs them. */
export interface PaintedData<Example extends { readonly caption: string }> extends TrainingData {
  /** What example `number` shows. */
  example(number: number): Example;
  /** Paints an example: three planes of 0 to 255. */
  paint(example: Example, planes: Float32Array): void;
}

/** Everything but the batches. */
export type Painting<Example extends { readonly caption: string }> = Pick<
  PaintedData<Example>,
  "description" | "size" | "example" | "paint"
> & { readonly side: number };

/** Data that paints its batches, [count, 3, side, side] in [-1, 1]. */
export function paintedData<Example extends { readonly caption: string }>(
  painting: Painting<Example>,
): PaintedData<Example> {
  const { side, example, paint } = painting;
  const imageSize = 3 * side * side;
  let isDisposed = false;
  return {
    ...painting,
    skipped: [],
    async batch(start, count, { signal } = {}): Promise<TrainingBatch> {
      if (isDisposed) throw new DisposedError("The data");
      assertCount("start", start, 0);
      assertCount("count", count, 1);
      const data = new Float32Array(count * imageSize);
      const captions: string[] = [];
      for (let position = 0; position < count; position++) {
        signal?.throwIfAborted();
        const shown = example(start + position);
        paint(shown, data.subarray(position * imageSize, (position + 1) * imageSize));
        captions.push(shown.caption);
      }
      for (let i = 0; i < data.length; i++) data[i] = (data[i] as number) / 127.5 - 1;
      return { images: { dtype: "float32", dims: [count, 3, side, side], data }, captions };
    },
    async dispose() {
      isDisposed = true;
    },
  };
}

function assertCount(argument: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least)
    throw new InvalidArgumentError({
      argument,
      received: value,
      expected: `a whole number from ${least}`,
    });
}
