import type { Backend } from "@glissade/graph";

/** A back end as the tools know it. Its package is loaded when it is opened. */
interface BackendEntry {
  readonly package: string;
  /** The function of `package` that makes it. */
  readonly factory: string;
  /** In the order of its package; none where there is nothing to choose. */
  readonly providers: readonly string[];
  /** What runs where a tool is not told. */
  readonly defaultProvider?: string;
  /** What is compared in Node. */
  readonly inNode: readonly string[];
  /** Parts of package names of its own, which no other back end may bring along. */
  readonly runtimes: readonly string[];
}

/**
 * The one table of back ends of the tools: the bench, conformance and the gate read it. A back end
 * is one more entry.
 */
export const backends = {
  onnx: {
    package: "@glissade/backend-onnx",
    factory: "onnx",
    providers: ["cpu", "cuda", "tensorrt", "webgpu", "dml", "coreml", "wasm", "webnn"],
    defaultProvider: "cpu",
    inNode: ["cpu"],
    runtimes: ["onnxruntime-"],
  },
  tfjs: {
    package: "@glissade/backend-tfjs",
    factory: "tfjs",
    providers: ["node-gpu", "node", "webgpu", "webgl", "wasm", "cpu"],
    defaultProvider: "wasm",
    inNode: ["node-gpu", "node", "wasm", "cpu"],
    runtimes: ["@tensorflow/"],
  },
  interpreter: {
    package: "@glissade/graph",
    factory: "interpreter",
    providers: [],
    inNode: [],
    runtimes: [],
  },
} as const satisfies Readonly<Record<string, BackendEntry>>;

export type BackendName = keyof typeof backends;

export const backendNames = Object.keys(backends) as BackendName[];

export function isBackendName(name: string): name is BackendName {
  return Object.hasOwn(backends, name);
}

/**
 * @param provider default: the entry's own
 * @param options of the back end itself, beside its providers
 * @throws UnknownNameError for a provider that it does not have
 */
export async function openBackend(
  name: BackendName,
  provider?: string,
  options: Readonly<Record<string, unknown>> = {},
): Promise<Backend> {
  const entry: BackendEntry = backends[name];
  const asked = provider ?? entry.defaultProvider;
  if (asked !== undefined && entry.providers.length > 0 && !entry.providers.includes(asked)) {
    const { UnknownNameError } = await import("@glissade/graph");
    throw new UnknownNameError({ kind: "execution provider", asked, known: entry.providers });
  }
  const module = (await import(entry.package)) as Readonly<Record<string, BackendFactory>>;
  const make = module[entry.factory];
  if (!make) throw new Error(`${entry.package} has no ${entry.factory}.`);
  return make(entry.providers.length > 0 ? { ...options, providers: [asked] } : options);
}

/** Every factory takes its options in one object, and checks them itself. */
type BackendFactory = (options: Readonly<Record<string, unknown>>) => Backend;
