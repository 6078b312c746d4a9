import { checkProviders } from "@glissade/graph";

/**
 * The backends of TensorFlow.js: native with CUDA, native, and those of browsers, of which `wasm`
 * and `cpu` run in Node as well.
 */
export const tfjsProviders = ["node-gpu", "node", "webgpu", "webgl", "wasm", "cpu"] as const;

export type TfjsProvider = (typeof tfjsProviders)[number];

export function checkTfjsProviders(providers: readonly TfjsProvider[]): readonly TfjsProvider[] {
  return checkProviders(providers, tfjsProviders, (provider) => provider);
}

/** The name under which TensorFlow.js knows a backend. Both native packages register the same. */
export function backendName(provider: TfjsProvider): string {
  return provider === "node" || provider === "node-gpu" ? "tensorflow" : provider;
}
