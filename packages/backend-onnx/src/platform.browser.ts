import { type InTurn, queue, RuntimeMissingError, UnknownNameError } from "@glissade/graph";
import { type CheckedOptions, logLevels } from "./options.ts";
import type { Platform, ProviderRuntime, Runtime } from "./platform.ts";
import { asObject, providerName } from "./provider-choice.ts";
import { openWebGpuDevice } from "./webgpu-device.ts";

const inNodeOnly = (name: string) =>
  `${name} exists in Node only; in a browser there are "webgpu" and "wasm".`;

/**
 * ONNX Runtime in browsers: onnxruntime-web, whose two builds are loaded when a provider needs
 * them.
 */
export const platform: Platform = {
  name: "browser",
  defaultProviders: ["webgpu", "wasm"],
  advice: {
    webgpu:
      "It needs a browser with WebGPU (navigator.gpu), a page served over https or from localhost, and a graphics adapter that the browser allows.",
    wasm: "It needs WebAssembly with SIMD, and its files where the page may load them: see `wasmPaths`.",
    webnn: "WebNN (navigator.ml) is behind a flag in most browsers.",
    cpu: 'It exists in Node only; in a browser it is called "wasm".',
    cuda: inNodeOnly("CUDA"),
    tensorrt: inNodeOnly("TensorRT"),
    dml: inNodeOnly("DirectML"),
    coreml: inNodeOnly("Core ML"),
  },
  async load(choice, options): Promise<ProviderRuntime> {
    switch (providerName(choice)) {
      case "wasm":
        warnWhereSingleThreaded(options);
        return {
          choice,
          ...(await loadBuild("wasm", () => import("onnxruntime-web/wasm"), options)),
        };
      case "webgpu": {
        const device = await openWebGpuDevice(); // before the download of the large build
        try {
          const build = await loadBuild("webgpu", () => import("onnxruntime-web/webgpu"), options);
          return { choice: { ...asObject(choice), device: device.gpu }, device, ...build };
        } catch (error) {
          device.destroy();
          throw error;
        }
      }
      case "webnn":
        if (!("ml" in navigator)) throw new Error("this browser has no WebNN (navigator.ml)");
        return {
          choice,
          ...(await loadBuild("webgpu", () => import("onnxruntime-web/webgpu"), options)),
        };
      default:
        throw new UnknownNameError({
          kind: "execution provider in browsers",
          asked: providerName(choice),
          known: ["webgpu", "wasm", "webnn"],
        });
    }
  },
  weightFolder: async () => ({ directory: undefined, locationOf: () => undefined }),
};

interface Build {
  readonly runtime: Runtime;
  readonly inTurn: InTurn;
}

/**
 * A build serves every backend of its thread, so their calls wait for each other: it takes one at a
 * time.
 */
const builds = new Map<"wasm" | "webgpu", Build>();

async function loadBuild(
  name: "wasm" | "webgpu",
  load: () => Promise<Runtime>,
  options: CheckedOptions,
): Promise<Build> {
  const known = builds.get(name);
  if (known) return known;
  let runtime: Runtime;
  try {
    runtime = await load();
  } catch (cause) {
    throw new RuntimeMissingError(
      `onnxruntime-web could not be loaded: its module ${JSON.stringify(name)} is missing or may not run on this page.`,
      { cause },
    );
  }
  const loaded = builds.get(name) ?? { runtime, inTurn: queue() };
  builds.set(name, loaded);
  // ONNX Runtime reads these once, when the first session of the build opens.
  const { wasm } = runtime.env;
  if (options.wasmPaths !== undefined) wasm.wasmPaths = options.wasmPaths;
  if (options.threads !== undefined) wasm.numThreads = options.threads;
  runtime.env.logLevel = logLevels[options.logSeverityLevel ?? 4];
  return loaded;
}

let warned = false;

/**
 * Threads in WebAssembly need memory that workers share, which browsers give to isolated pages
 * only.
 */
function warnWhereSingleThreaded({ threads }: CheckedOptions): void {
  if (warned || threads === 1 || globalThis.crossOriginIsolated) return;
  warned = true;
  // biome-ignore lint/suspicious/noConsole: nothing is wrong that could be thrown, and whoever serves the page should know
  console.warn(
    "Glissade: this page is not cross-origin isolated, so WebAssembly runs on one thread. Serve it with Cross-Origin-Opener-Policy: same-origin and " +
      "Cross-Origin-Embedder-Policy: require-corp, or set threads: 1 to silence this warning.",
  );
}
