/** What a provider is called on the page. */
export const providerLabels = {
  auto: "The best that works",
  webgpu: "WebGPU (graphics card)",
  webgl: "WebGL (graphics card)",
  wasm: "WebAssembly (processor)",
  cpu: "JavaScript (processor, slow)",
} as const;

/** `"auto"` takes the first that works, in the backend's own order. */
export type ProviderSetting = keyof typeof providerLabels;

interface OfferedBackend {
  readonly label: string;
  readonly providers: readonly ProviderSetting[];
  /** Whether the number of WebAssembly's threads can be chosen. */
  readonly takesThreads: boolean;
}

/**
 * What can run the networks here, by the backends' own names: the page, the check of settings and
 * the worker follow it.
 */
export const backends = {
  onnx: { label: "ONNX Runtime", providers: ["auto", "webgpu", "wasm"], takesThreads: true },
  tfjs: {
    label: "TensorFlow.js",
    providers: ["auto", "webgpu", "webgl", "wasm", "cpu"],
    takesThreads: false,
  },
} as const satisfies Readonly<Record<string, OfferedBackend>>;

export type BackendName = keyof typeof backends;

// `Object.keys` gives no more than strings
export const backendNames = Object.keys(backends) as BackendName[];

/** Threads of WebAssembly; 0 for what suits the machine. */
export const threadCounts = [0, 1, 2, 4] as const;

export interface EngineSettings {
  readonly backend: BackendName;
  readonly provider: ProviderSetting;
  readonly threads: (typeof threadCounts)[number];
}

/**
 * Settings that fit together: what is missing, unknown or not the backend's is as a new visitor has
 * it.
 */
export function checkedSettings(settings: Readonly<Record<string, unknown>>): EngineSettings {
  const backend = backendNames.find((name) => name === settings.backend) ?? "onnx";
  return {
    backend,
    provider: backends[backend].providers.find((name) => name === settings.provider) ?? "auto",
    threads: threadCounts.find((count) => count === settings.threads) ?? 0,
  };
}

/** What the worker is sent to make its backend of. */
export interface BackendRequest {
  readonly backend: BackendName;
  /** As the backend's own function takes them. */
  readonly options: { readonly providers?: readonly string[]; readonly threads?: number };
}

export function backendRequest({ backend, provider, threads }: EngineSettings): BackendRequest {
  const choosesThreads = threads > 0 && backends[backend].takesThreads;
  return {
    backend,
    options: {
      ...(provider !== "auto" && { providers: [provider] }),
      ...(choosesThreads && { threads }),
    },
  };
}
