import { checkProviders, openFirstProvider, type ProviderFailure, RuntimeMissingError } from "@glissade/core";
import type { CheckedOptions } from "./options.ts";
import type { Platform } from "./platform.ts";
import type { BackendTraits, TensorFlow } from "./tensorflow.ts";

/** The backends of TensorFlow.js: native with CUDA, native, and those of browsers, of which `wasm` and `cpu` run in Node as well. */
export const tfjsProviders = ["node-gpu", "node", "webgpu", "webgl", "wasm", "cpu"] as const;

export type TfjsProvider = (typeof tfjsProviders)[number];

export function checkTfjsProviders(providers: readonly TfjsProvider[]): readonly TfjsProvider[] {
  return checkProviders(providers, tfjsProviders, (provider) => provider);
}

/** The name under which TensorFlow.js knows a backend. Both native packages register the same. */
export function backendName(provider: TfjsProvider): string {
  return provider === "node" || provider === "node-gpu" ? "tensorflow" : provider;
}

/** The provider that was opened, and why each before it was passed over. */
export interface OpenedProvider {
  readonly tf: TensorFlow;
  readonly provider: TfjsProvider;
  readonly traits: BackendTraits;
  readonly passedOver: readonly ProviderFailure[];
}

/**
 * Finds the first provider of a list that can be started here: one that the application has registered, or one whose package is installed.
 *
 * @throws RuntimeMissingError where none of their packages is installed. @throws ProviderUnavailableError where none can be started.
 */
export async function openProvider(platform: Platform, options: CheckedOptions): Promise<OpenedProvider> {
  const tf = (options.tf as TensorFlow | undefined) ?? (await platform.loadCore()); // every package of TensorFlow.js has all of it
  const { opened: provider, passedOver } = await openFirstProvider({
    choices: options.providers,
    nameOf: (choice) => choice,
    async open(choice) {
      if (!tf.findBackendFactory(backendName(choice))) await platform.register(choice, options);
      await start(tf, choice);
      return choice;
    },
    adviceFor: (name, error) => (RuntimeMissingError.isInstance(error) ? undefined : platform.advice[name as TfjsProvider]), // one of the choices
    lastResort: platform.defaultProviders.at(-1) ?? "cpu",
  });
  return { tf, provider, passedOver, traits: traitsOf(provider) };
}

/** Starts a backend, sees that it computes, and leaves the application's own as the active one. */
async function start(tf: TensorFlow, provider: TfjsProvider): Promise<void> {
  const name = backendName(provider);
  const active: string | undefined = tf.getBackend(); // undefined until one is started, whatever its type says
  try {
    if (!(await tf.setBackend(name))) throw new Error("TensorFlow.js could not start it and says why on the console");
    assertAble(tf, provider);
    const probe = tf.tidy(() => tf.add(tf.tensor1d([1.5, -2]), 0.25));
    const values = await probe.data();
    probe.dispose();
    if (values[0] !== 1.75 || values[1] !== -1.75) throw new Error(`it computes 1.5 + 0.25 as ${values[0]}`);
  } finally {
    if (active !== undefined && active !== name) await tf.setBackend(active);
  }
}

function assertAble(tf: TensorFlow, provider: TfjsProvider): void {
  const backend: { floatPrecision(): number; isUsingGpuDevice?: boolean } = tf.backend(); // the last of the native backend alone
  if (provider === "node-gpu" && !backend.isUsingGpuDevice) throw new Error("TensorFlow sees no CUDA device");
  if (backend.floatPrecision() < 32)
    throw new Error("this device has no more than 16-bit floating-point numbers, which are not enough for a diffusion network");
}

function traitsOf(provider: TfjsProvider): BackendTraits {
  return {
    fastProducts: provider !== "wasm",
    exactAngles: provider !== "webgl" && provider !== "webgpu",
    segmentSum: provider !== "wasm",
  };
}
