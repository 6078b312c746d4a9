import { onnx } from "@glissade/backend-onnx";
import { tfjs } from "@glissade/backend-tfjs";
import { describe, it } from "vitest";
import { startedProviders } from "../../backend-tfjs/src/__fixtures__/started-providers.ts";
import { emojiOutputs } from "./__fixtures__/network-outputs.ts";
import { expectSameNumbers, expectSamePicture } from "./__fixtures__/same-outputs.ts";

const reference = onnx();
const expected = await emojiOutputs(reference);
await reference.dispose();

const started = await startedProviders(["node", "wasm", "cpu"]);

describe("the emoji model on TensorFlow.js gives the numbers and the picture of ONNX Runtime", () => {
  for (const { provider, opened, title } of started) {
    it.skipIf(!opened)(title, async () => {
      const backend = tfjs({ providers: [provider] });
      const received = await emojiOutputs(backend);
      await backend.dispose();
      expectSameNumbers(received, expected, 1e-4);
      expectSamePicture(received, expected);
    });
  }
});
