import { onnx } from "@glissade/backend-onnx";
import { tfjs } from "@glissade/backend-tfjs";
import { ProviderUnavailableError } from "@glissade/core";
import { describe, it } from "vitest";
import { emojiOutputs } from "./__fixtures__/network-outputs.ts";
import { expectSameImage, expectSameNumbers } from "./__fixtures__/same-outputs.ts";

const reference = onnx();
const expected = await emojiOutputs(reference);
await reference.dispose();

describe("the emoji model on TensorFlow.js gives the numbers and the image of ONNX Runtime", () => {
  for (const provider of ["node", "wasm", "cpu"] as const) {
    it(`on ${provider}`, async ({ skip }) => {
      const backend = tfjs({ providers: [provider] });
      const received = await emojiOutputs(backend).catch((error: unknown) => {
        // The others start everywhere.
        if (provider === "node" && ProviderUnavailableError.isInstance(error)) return undefined;
        throw error;
      });
      await backend.dispose();
      if (!received) skip("TensorFlow.js's native runtime does not start here");
      else {
        expectSameNumbers(received, expected, 1e-4);
        expectSameImage(received, expected);
      }
    });
  }
});
