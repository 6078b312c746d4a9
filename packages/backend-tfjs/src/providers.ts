import {
  openFirstProvider,
  type ProviderFailure,
  queue,
  RuntimeMissingError,
} from "@glissade/graph";
import type { CheckedOptions } from "./options.ts";
import type { Platform } from "./platform.ts";
import { backendName, type TfjsProvider } from "./provider-choice.ts";
import type { BackendTraits, TensorFlow, TfTensor } from "./tensorflow.ts";

/** The provider that was opened, and why each before it was passed over. */
export interface OpenedProvider {
  readonly tf: TensorFlow;
  readonly provider: TfjsProvider;
  readonly traits: BackendTraits;
  readonly passedOver: readonly ProviderFailure[];
}

/** TensorFlow.js gives up on starting a backend when it is asked for another in the meantime. */
const oneAtATime = queue();

/**
 * Finds the first provider of a list that can be started here: one that the application has
 * registered, or one whose package is installed.
 *
 * @throws RuntimeMissingError where none of their packages is installed. @throws
 * ProviderUnavailableError where none can be started.
 */
export function openProvider(platform: Platform, options: CheckedOptions): Promise<OpenedProvider> {
  return oneAtATime(() => openFirst(platform, options));
}

async function openFirst(platform: Platform, options: CheckedOptions): Promise<OpenedProvider> {
  // every package of TensorFlow.js has all of it
  const tf = (options.tf as TensorFlow | undefined) ?? (await platform.loadCore());
  const { opened: provider, passedOver } = await openFirstProvider({
    choices: options.providers,
    nameOf: (choice) => choice,
    async open(choice) {
      if (!tf.findBackendFactory(backendName(choice))) await platform.register(choice, options);
      await start(tf, choice);
      return choice;
    },
    adviceFor: (choice, error) =>
      RuntimeMissingError.isInstance(error) ? undefined : platform.advice[choice],
    lastResort: platform.defaultProviders.at(-1) ?? "cpu",
  });
  return { tf, provider, passedOver, traits: traitsOf(provider) };
}

/**
 * Starts a backend, sees that it computes in 32 bits, and leaves the application's own as the
 * active one, while it waits for the result already. A sum tells: `floatPrecision()` of WebGL is 16
 * on every device that has 32.
 */
async function start(tf: TensorFlow, provider: TfjsProvider): Promise<void> {
  const least = 2 ** -20;
  const probe = await startedWith(tf, provider, () =>
    tf.tidy(() => tf.add(tf.fill([1024], 1), least)),
  ); // a few numbers only would never reach a graphics device
  const sums = await probe.data();
  probe.dispose();
  if (sums.every((sum) => sum === 1))
    throw new Error(
      "this device has no more than 16-bit floating-point numbers, which are not enough for a diffusion network",
    );
  const wrong = sums.find((sum) => sum !== 1 + least);
  if (wrong !== undefined) throw new Error(`it computes 1 + ${least} as ${wrong}`);
}

async function startedWith(
  tf: TensorFlow,
  provider: TfjsProvider,
  first: () => TfTensor,
): Promise<TfTensor> {
  const name = backendName(provider);
  // undefined until one is started, whatever its type says
  const active: string | undefined = tf.getBackend();
  const production = tf.env().getBool("PROD");
  // what it would print, an advertisement and failures, is told by fallbacks and errors here
  tf.env().set("PROD", true);
  try {
    if (!(await tf.setBackend(name))) throw await failureOf(tf, name);
    if (provider === "node-gpu" && Reflect.get(tf.backend(), "isUsingGpuDevice") !== true)
      throw new Error("TensorFlow sees no CUDA device");
    return first();
  } finally {
    tf.env().set("PROD", production);
    if (active !== undefined && active !== name) await tf.setBackend(active);
  }
}

/** TensorFlow.js keeps the reason to itself: the same once more, without it in between. */
async function failureOf(tf: TensorFlow, name: string): Promise<unknown> {
  try {
    (await tf.findBackendFactory(name)())?.dispose();
  } catch (error) {
    return error;
  }
  return new Error("TensorFlow.js could not start it");
}

function traitsOf(provider: TfjsProvider): BackendTraits {
  return {
    fastProducts: provider !== "wasm",
    exactAngles: provider !== "webgl" && provider !== "webgpu",
    segmentSum: provider !== "wasm",
    packedCopies: provider === "wasm",
  };
}
