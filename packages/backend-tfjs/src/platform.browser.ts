import { RuntimeMissingError, reasonOf } from "@glissade/core";
import type { CheckedOptions } from "./options.ts";
import type { Platform } from "./platform.ts";
import type { TfjsProvider } from "./providers.ts";

const inNode = "It exists in Node only.";

/** TensorFlow.js in browsers. */
export const platform: Platform = {
  defaultProviders: ["webgpu", "webgl", "wasm", "cpu"],
  advice: {
    "node-gpu": inNode,
    node: inNode,
    webgpu: "It needs a browser with WebGPU, a secure page (https or localhost) and a graphics card that the browser trusts.",
    webgl: "It needs a browser with WebGL 2 and a graphics card that the browser trusts.",
    wasm: "Serve the .wasm files of @tensorflow/tfjs-backend-wasm and name their place: tfjs({ wasmPaths: ... }).",
    cpu: undefined,
  },
  loadCore: () => load(() => import("@tensorflow/tfjs-core"), "@tensorflow/tfjs-core", "@tensorflow/tfjs"),
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
    const name = "@tensorflow/tfjs-backend-webgpu";
    if (!(await navigator.gpu?.requestAdapter())) throw new Error("this browser gives no WebGPU adapter");
    await load(() => import("@tensorflow/tfjs-backend-webgpu"), name);
  },
  webgl: () => load(() => import("@tensorflow/tfjs-backend-webgl"), "@tensorflow/tfjs-backend-webgl", "@tensorflow/tfjs"),
  async wasm({ wasmPaths }) {
    const { setWasmPaths } = await load(() => import("@tensorflow/tfjs-backend-wasm"), "@tensorflow/tfjs-backend-wasm");
    if (wasmPaths !== undefined) setWasmPaths(typeof wasmPaths === "string" ? wasmPaths : { ...wasmPaths });
  },
  cpu: () => load(() => import("@tensorflow/tfjs-backend-cpu"), "@tensorflow/tfjs-backend-cpu", "@tensorflow/tfjs"),
};

async function absent(): Promise<never> {
  throw new Error("it does not exist in browsers");
}

/** A bundler has put in what is installed; what it could not find, or what the network withholds, fails here. */
async function load<T>(importPackage: () => Promise<T>, name: string, installed = name): Promise<T> {
  try {
    return await importPackage();
  } catch (cause) {
    throw new RuntimeMissingError(`${name} could not be loaded (${reasonOf(cause)}). Where it is not installed: npm install ${installed}`, { cause });
  }
}
