import { RuntimeMissingError, reasonOf } from "@glissade/graph";
import type { CheckedOptions } from "./options.ts";
import type { Platform } from "./platform.ts";
import type { TfjsProvider } from "./provider-choice.ts";

const inNode = "It exists in Node only.";

/** TensorFlow.js in browsers. */
export const platform: Platform = {
  defaultProviders: ["webgpu", "webgl", "wasm", "cpu"],
  advice: {
    "node-gpu": inNode,
    node: inNode,
    webgpu:
      "It needs a browser with WebGPU, a secure page (https or localhost) and a graphics card that the browser trusts.",
    webgl: "It needs a browser with WebGL 2 and a graphics card that the browser trusts.",
    wasm: "Serve the .wasm files of @tensorflow/tfjs-backend-wasm and name their place: tfjs({ wasmPaths: ... }).",
    cpu: undefined,
  },
  loadCore: () =>
    import("@tensorflow/tfjs-core").catch(missing("@tensorflow/tfjs-core", "@tensorflow/tfjs")),
  async register(provider, options) {
    await packages[provider](options);
  },
  otherTasks: () =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel(); // a timer would wait for 4 ms
      port1.onmessage = () => {
        port1.close();
        resolve(undefined);
      };
      port2.postMessage(undefined);
    }),
};

const packages: Readonly<Record<TfjsProvider, (options: CheckedOptions) => Promise<unknown>>> = {
  node: absent,
  "node-gpu": absent,
  async webgpu() {
    if (!(await navigator.gpu?.requestAdapter()))
      throw new Error("this browser gives no WebGPU adapter");
    await import("@tensorflow/tfjs-backend-webgpu").catch(
      missing("@tensorflow/tfjs-backend-webgpu"),
    );
  },
  webgl: () =>
    import("@tensorflow/tfjs-backend-webgl").catch(
      missing("@tensorflow/tfjs-backend-webgl", "@tensorflow/tfjs"),
    ),
  async wasm({ wasmPaths }) {
    const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm").catch(
      missing("@tensorflow/tfjs-backend-wasm"),
    );
    const { env } = await platform.loadCore(); // one for all copies of TensorFlow.js in a page
    if (isMinified(undefined)) env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
    if (wasmPaths !== undefined)
      setWasmPaths(typeof wasmPaths === "string" ? wasmPaths : { ...wasmPaths });
  },
  cpu: () =>
    import("@tensorflow/tfjs-backend-cpu").catch(
      missing("@tensorflow/tfjs-backend-cpu", "@tensorflow/tfjs"),
    ),
};

/**
 * Whether the bundler has renamed variables. TensorFlow.js starts its threads from the text of a
 * function that asks for a variable beside it, `typeof _scriptDir`; minified it is a variable that
 * does not exist there, and the backend would wait for its threads for ever.
 */
function isMinified(_scriptDir: unknown): boolean {
  return !(() => _scriptDir).toString().includes("_scriptDir");
}

async function absent(): Promise<never> {
  throw new Error("it does not exist in browsers");
}

/**
 * A bundler has put in what is installed; what it could not find, or what the network withholds,
 * fails when it is imported. `catch` beside the import tells esbuild that it may be missing.
 */
function missing(name: string, installed = name): (cause: unknown) => never {
  return (cause) => {
    throw new RuntimeMissingError(
      `${name} could not be loaded (${reasonOf(cause)}). Where it is not installed: npm install ${installed}`,
      { cause },
    );
  };
}
