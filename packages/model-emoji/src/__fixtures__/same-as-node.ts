import type { Backend } from "@glissade/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { commands } from "vitest/browser";
import { type EmojiOutputs, emojiOutputs } from "./network-outputs.ts";
import { expectSameNumbers, expectSameImage } from "./same-outputs.ts";

/**
 * The emoji model's numbers and image on a backend of this browser against those of ONNX Runtime
 * on Node's CPU.
 *
 * @param provider which the backend is expected to run on
 * @param relative largest difference of a network's output, of the largest value
 */
export function testAgainstNode(backend: Backend, provider: string, relative: number): void {
  let received: EmojiOutputs;
  let expected: EmojiOutputs;
  beforeAll(async () => {
    // what that script prints
    const inNode = commands.inNode("packages/model-emoji/src/__fixtures__/outputs-in-node.ts") as Promise<EmojiOutputs>;
    [received, expected] = await Promise.all([emojiOutputs(backend), inNode]);
  }, 240_000);
  afterAll(() => backend.dispose());

  it(`gives the networks' outputs within ${relative}`, () => {
    expectSameNumbers(received, expected, relative);
    expect(backend.provider).toBe(provider);
  });

  it("makes the same image, with more than 40 dB between signal and difference", () => expectSameImage(received, expected));
}
