import { InvalidArgumentError, UnknownNameError } from "@glissade/core";
import { type ProviderFailure, ProviderUnavailableError, reasonOf } from "./errors.ts";
import { encodeModel } from "./model-proto.ts";
import type { Runtime } from "./runtime.ts";

/** The execution providers that onnxruntime-node can have, and how to get those that a machine may lack. */
const providers = {
  cpu: undefined,
  cuda:
    "It exists on Linux x64 with CUDA 12 and cuDNN 9, and its libraries are a download of their own: run " +
    "`ONNXRUNTIME_NODE_INSTALL=true node node_modules/onnxruntime-node/script/install.js`.",
  tensorrt:
    "It exists on Linux x64 with CUDA 12, cuDNN 9 and TensorRT, and its libraries are a download of their own: run " +
    "`ONNXRUNTIME_NODE_INSTALL=true node node_modules/onnxruntime-node/script/install.js`.",
  webgpu: "It needs a graphics driver with Vulkan (Linux x64: libvulkan.so.1 and the card's driver), Direct3D 12 (Windows) or Metal (macOS).",
  dml: "DirectML exists on Windows only.",
  coreml: "Core ML exists on macOS only.",
} as const satisfies Record<string, string | undefined>;

export type ExecutionProvider = keyof typeof providers;

/** A provider's name, or its name with options of its own that go to ONNX Runtime as they are, e.g. `{ name: "cuda", deviceId: 1 }`. */
export type ProviderChoice = ExecutionProvider | { readonly name: ExecutionProvider; readonly [option: string]: unknown };

export const executionProviders = Object.keys(providers) as readonly ExecutionProvider[];

export function providerName(choice: ProviderChoice): ExecutionProvider {
  return typeof choice === "string" ? choice : choice.name;
}

/**
 * The choices in their order, checked.
 *
 * @throws InvalidArgumentError where there is none. @throws UnknownNameError for a provider that does not exist; it lists those that do.
 */
export function checkProviders(choices: readonly ProviderChoice[]): readonly ProviderChoice[] {
  if (!Array.isArray(choices) || choices.length === 0) {
    throw new InvalidArgumentError({ argument: "providers", received: choices, expected: `a list of one or more of ${executionProviders.join(", ")}` });
  }
  for (const choice of choices) {
    const name: unknown = typeof choice === "object" && choice !== null ? choice.name : choice;
    if (!executionProviders.some((known) => known === name)) throw new UnknownNameError({ kind: "execution provider", asked: name, known: executionProviders });
  }
  return choices;
}

/**
 * Finds the first provider of a list that this machine can open. ONNX Runtime does not fall back by itself when a provider cannot be opened: it throws.
 *
 * @returns the provider, and why each before it was passed over
 * @throws ProviderUnavailableError where none can be opened.
 */
export async function chooseProvider(
  runtime: Runtime,
  choices: readonly ProviderChoice[],
): Promise<{ choice: ProviderChoice; passedOver: readonly ProviderFailure[] }> {
  const passedOver: ProviderFailure[] = [];
  let cause: unknown;
  for (const choice of choices) {
    const provider = providerName(choice);
    if (provider === "cpu") return { choice, passedOver };
    try {
      const session = await runtime.InferenceSession.create(probeModel(), { executionProviders: [choice], logSeverityLevel: 4 });
      await session.release();
      return { choice, passedOver };
    } catch (error) {
      cause = error;
      passedOver.push({ provider, reason: reasonOf(error), advice: providers[provider] });
    }
  }
  throw new ProviderUnavailableError({ reasons: passedOver, cause });
}

/** The smallest model: opening it tells whether a provider can be had, apart from whether it can take a particular network. */
function probeModel(): Uint8Array {
  const type = { dtype: "float32", dims: [1] } as const;
  return encodeModel({
    name: "probe",
    inputs: [{ name: "x", ...type }],
    outputs: [{ name: "y", ...type }],
    initializers: [],
    nodes: [{ operator: "Neg", inputs: ["x"], outputs: ["y"] }],
  });
}
