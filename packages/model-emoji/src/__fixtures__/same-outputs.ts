import { expect } from "vitest";
import type { EmojiOutputs } from "./network-outputs.ts";

/** @param relative largest difference of a network's output, of the largest value */
export function expectSameNumbers(received: EmojiOutputs, expected: EmojiOutputs, relative: number): void {
  expect(expected.networks).toHaveLength(2); // the text's features, and a pass with them
  expect(received.networks.map(Object.keys)).toEqual(expected.networks.map(Object.keys));
  for (const [index, outputs] of expected.networks.entries()) {
    for (const [name, values] of Object.entries(outputs)) {
      const others = received.networks[index]?.[name] ?? [];
      expect(others).toHaveLength(values.length);
      const largest = Math.max(...values.map(Math.abs));
      expect(largest).toBeGreaterThan(0.1);
      expect(Math.max(...values.map((value, i) => Math.abs(value - (others[i] ?? Number.NaN)))) / largest).toBeLessThan(relative);
    }
  }
}

/** More than 40 dB between signal and difference. */
export function expectSameImage({ image: received }: EmojiOutputs, { image: expected }: EmojiOutputs): void {
  expect(received).toHaveLength(3 * 32 * 32);
  expect(peakSignalToNoise(received, expected)).toBeGreaterThan(40);
  expect(new Set(expected).size).toBeGreaterThan(50); // an image, not a plain colour
}

/** In decibels. */
function peakSignalToNoise(a: readonly number[], b: readonly number[]): number {
  const squares = a.map((value, i) => (value - (b[i] ?? Number.NaN)) ** 2).reduce((sum, square) => sum + square, 0);
  return 10 * Math.log10(255 ** 2 / (squares / a.length));
}
