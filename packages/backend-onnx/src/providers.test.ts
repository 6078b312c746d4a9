import { ProviderUnavailableError } from "@glissade/graph";
import { expect, it } from "vitest";
import { platform } from "#platform";
import { chooseProvider } from "./providers.ts";

it("tells what ONNX Runtime said of a provider without the place in its source", async () => {
  const load = async () => {
    throw new Error(
      "/onnxruntime_src/core/providers/webgpu/webgpu_context.cc:136 Initialize(const Config&)::<lambda()> status == Success was false. Failed to get\na WebGPU adapter.\n",
    );
  };
  const error = await chooseProvider({ ...platform, load }, { providers: ["webgpu"] }).catch(
    (cause: unknown) => cause,
  );
  if (!ProviderUnavailableError.isInstance(error)) throw error;
  expect(error.reasons).toEqual([
    {
      provider: "webgpu",
      reason: "Failed to get a WebGPU adapter",
      advice: platform.advice.webgpu,
    },
  ]);
});
