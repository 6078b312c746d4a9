import type { OnnxBackend, OnnxOptions } from "@glissade/backend-onnx";
import { onnx } from "@glissade/backend-onnx";
import { afterAll, expect, it } from "vitest";
import { commands } from "vitest/browser";
import { networkOutputs, type Outputs, picture } from "./network-outputs.ts";

interface InNode {
  readonly outputs: Outputs;
  readonly picture: readonly number[];
}

/**
 * The emoji model's numbers and picture on a backend of this browser against those of Node's CPU.
 *
 * @param relative largest difference of a network's output, of the largest value
 */
export function testAgainstNode(options: OnnxOptions, relative: number): OnnxBackend {
  const backend = onnx(options);
  afterAll(() => backend.dispose());
  const inNode = commands.inNode("packages/model-emoji/src/__fixtures__/outputs-in-node.ts") as Promise<InNode>; // what that script prints

  it(`gives the networks' outputs within ${relative}`, async () => {
    const [received, { outputs }] = [await networkOutputs(backend), await inNode];
    expect(Object.keys(received)).toEqual(Object.keys(outputs));
    for (const [name, expected] of Object.entries(outputs)) {
      const values = Array.from(received[name] ?? []);
      expect(values).toHaveLength(expected.length);
      const largest = Math.max(...Array.from(expected, Math.abs));
      expect(largest).toBeGreaterThan(0.1);
      expect(Math.max(...values.map((value, i) => Math.abs(value - (expected[i] ?? Number.NaN)))) / largest).toBeLessThan(relative);
    }
    expect(backend.provider).toBe(options.providers?.[0]);
  });

  it("makes the same picture, with more than 40 dB between signal and difference", async () => {
    const [received, expected] = [await picture(backend), (await inNode).picture];
    expect(received).toHaveLength(3 * 32 * 32);
    expect(peakSignalToNoise(received, expected)).toBeGreaterThan(40);
    expect(new Set(expected).size).toBeGreaterThan(50); // a picture, not a plain colour
  });
  return backend;
}

/** In decibels. */
function peakSignalToNoise(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const squares = Array.from(a, (value, i) => (value - (b[i] ?? Number.NaN)) ** 2).reduce((sum, square) => sum + square, 0);
  return 10 * Math.log10(255 ** 2 / (squares / a.length));
}
