import { type OnnxOptions, onnx } from "@glissade/backend-onnx";
import { afterAll, beforeAll, expect, it } from "vitest";
import { commands } from "vitest/browser";
import { type EmojiOutputs, emojiOutputs } from "./network-outputs.ts";

/**
 * The emoji model's numbers and picture on a backend of this browser against those of Node's CPU.
 *
 * @param relative largest difference of a network's output, of the largest value
 */
export function testAgainstNode(options: OnnxOptions, relative: number): void {
  const backend = onnx(options);
  let received: EmojiOutputs;
  let expected: EmojiOutputs;
  beforeAll(async () => {
    const inNode = commands.inNode("packages/model-emoji/src/__fixtures__/outputs-in-node.ts") as Promise<EmojiOutputs>; // what that script prints
    [received, expected] = await Promise.all([emojiOutputs(backend), inNode]);
  }, 120_000);
  afterAll(() => backend.dispose());

  it(`gives the networks' outputs within ${relative}`, () => {
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
    expect(backend.provider).toBe(options.providers?.[0]);
  });

  it("makes the same picture, with more than 40 dB between signal and difference", () => {
    expect(received.picture).toHaveLength(3 * 32 * 32);
    expect(peakSignalToNoise(received.picture, expected.picture)).toBeGreaterThan(40);
    expect(new Set(expected.picture).size).toBeGreaterThan(50); // a picture, not a plain colour
  });
}

/** In decibels. */
function peakSignalToNoise(a: readonly number[], b: readonly number[]): number {
  const squares = a.map((value, i) => (value - (b[i] ?? Number.NaN)) ** 2).reduce((sum, square) => sum + square, 0);
  return 10 * Math.log10(255 ** 2 / (squares / a.length));
}
