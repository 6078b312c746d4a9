import type { CheckedOptions, OptionsPlatform } from "./options.ts";
import type { TfjsProvider } from "./provider-choice.ts";
import type { TensorFlow } from "./tensorflow.ts";

/** What differs between Node and browsers. `#platform` gives the one that fits. */
export interface Platform extends OptionsPlatform {
  /** How to get a provider whose package is there and that could not be started. */
  readonly advice: Readonly<Record<TfjsProvider, string | undefined>>;
  /** @throws RuntimeMissingError where `@tensorflow/tfjs-core` is not installed. */
  loadCore(): Promise<TensorFlow>;
  /**
   * Loads the package that registers a provider.
   *
   * @throws RuntimeMissingError where it is not installed; any error where this platform has no
   * such provider.
   */
  register(provider: TfjsProvider, options: CheckedOptions): Promise<void>;
  /** Lets everything that waits for the thread have its turn: input, timers, messages. */
  otherTasks(): Promise<unknown>;
}
