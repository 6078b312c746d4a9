import { ProviderUnavailableError, reasonOf } from "@glissade/graph";
import { platform } from "#platform";
import { checkOptions, type TfjsOptions } from "../options.ts";
import type { TfjsProvider } from "../provider-choice.ts";
import { type OpenedProvider, openProvider } from "../providers.ts";

/** A provider with TensorFlow.js on it, or with why it does not start here. */
export type Started = { readonly provider: TfjsProvider } & ({ readonly opened: OpenedProvider; readonly title: string } | { readonly opened: undefined; readonly title: string });

/**
 * Tries to start each provider, and prints which of them the tests of a file run on and which not.
 * `title` is for a `describe`, which is skipped where `opened` is undefined.
 */
export async function startedProviders(providers: readonly TfjsProvider[], options: TfjsOptions = {}): Promise<readonly Started[]> {
  const started = await Promise.all(providers.map((provider) => start(provider, options)));
  console.info(`TensorFlow.js backends of this test file: ${started.map(({ title }) => title).join("; ")}`);
  return started;
}

async function start(provider: TfjsProvider, options: TfjsOptions): Promise<Started> {
  try {
    const opened = await openProvider(platform, checkOptions(platform, { ...options, providers: [provider] }));
    return { provider, opened, title: `on ${provider}` };
  } catch (error) {
    if (provider === "cpu" || provider === "wasm") throw error; // they start everywhere
    const [failure] = ProviderUnavailableError.isInstance(error) ? error.reasons : [];
    return { provider, opened: undefined, title: `NOT on ${provider} (${failure?.reason ?? reasonOf(error)})` };
  }
}
