import { openFirstProvider, type ProviderFailure } from "@glissade/graph";
import { reasonOf } from "./errors.ts";
import { encodeModel } from "./model-proto.ts";
import type { CheckedOptions } from "./options.ts";
import type { Platform, ProviderRuntime } from "./platform.ts";
import { type ExecutionProvider, type ProviderChoice, providerName } from "./provider-choice.ts";

/** The provider that was opened, and why each before it was passed over. */
export interface ChosenProvider extends ProviderRuntime {
  readonly provider: ExecutionProvider;
  readonly passedOver: readonly ProviderFailure[];
}

/**
 * Finds the first provider of a list that this machine can open. ONNX Runtime does not fall back by
 * itself when a provider cannot be opened: it throws.
 *
 * @throws RuntimeMissingError where ONNX Runtime itself is missing. @throws
 * ProviderUnavailableError where no provider can be opened.
 */
export async function chooseProvider(
  platform: Platform,
  options: CheckedOptions,
): Promise<ChosenProvider> {
  const { opened, passedOver } = await openFirstProvider({
    choices: options.providers,
    nameOf: providerName,
    open: (choice) => openProvider(platform, choice, options),
    adviceFor: (choice) => platform.advice[providerName(choice)],
    reasonFor: reasonOf,
    lastResort: platform.defaultProviders.at(-1) ?? "",
  });
  return { ...opened, provider: providerName(opened.choice), passedOver };
}

async function openProvider(
  platform: Platform,
  choice: ProviderChoice,
  options: CheckedOptions,
): Promise<ProviderRuntime> {
  const loaded = await platform.load(choice, options);
  if (providerName(choice) === "cpu") return loaded;
  const { runtime, inTurn, device } = loaded;
  try {
    await inTurn(async () => {
      const session = await runtime.InferenceSession.create(probeModel(), {
        executionProviders: [loaded.choice],
        logSeverityLevel: 4,
      });
      await session.release();
    });
    return loaded;
  } catch (error) {
    device?.destroy();
    throw error;
  }
}

/**
 * The smallest model: opening it tells whether a provider can be had, apart from whether it can
 * take a particular network.
 */
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
