import { createRequire } from "node:module";
import { setImmediate } from "node:timers/promises";
import { GlissadeError, RuntimeMissingError, reasonOf } from "@glissade/graph";
import type { CheckedOptions } from "./options.ts";
import type { Platform } from "./platform.ts";
import type { TfjsProvider } from "./provider-choice.ts";

const inBrowsers =
  "It exists in browsers; in Node an application can register it with TensorFlow.js itself.";

/** TensorFlow.js in Node. */
export const platform: Platform = {
  defaultProviders: ["node-gpu", "node", "wasm", "cpu"],
  advice: {
    "node-gpu": "It needs Linux with an NVIDIA card, CUDA and cuDNN.",
    node: "Its binary is fetched or built when it is installed: run `npm rebuild @tensorflow/tfjs-node --build-addon-from-source` and read what it says.",
    webgpu: inBrowsers,
    webgl: inBrowsers,
    wasm: undefined,
    cpu: undefined,
  },
  loadCore: () =>
    load(() => import("@tensorflow/tfjs-core"), "@tensorflow/tfjs-core", "@tensorflow/tfjs"),
  async register(provider, options) {
    await packages[provider](options);
  },
  otherTasks: () => setImmediate(),
};

/**
 * A bundler need not look for what only Node has, nor the compiler for a package that few machines
 * can install.
 */
const native = { node: "@tensorflow/tfjs-node", "node-gpu": "@tensorflow/tfjs-node-gpu" } as const;

const packages: Readonly<Record<TfjsProvider, (options: CheckedOptions) => Promise<unknown>>> = {
  node: () => loadNative(native.node),
  "node-gpu": () => loadNative(native["node-gpu"]),
  webgpu: absent,
  webgl: absent,
  async wasm({ wasmPaths }) {
    const name = "@tensorflow/tfjs-backend-wasm";
    const { setWasmPaths } = await load(() => import("@tensorflow/tfjs-backend-wasm"), name);
    if (wasmPaths !== undefined)
      setWasmPaths(typeof wasmPaths === "string" ? wasmPaths : { ...wasmPaths });
  },
  cpu: () =>
    load(
      () => import("@tensorflow/tfjs-backend-cpu"),
      "@tensorflow/tfjs-backend-cpu",
      "@tensorflow/tfjs",
    ),
};

async function absent(): Promise<never> {
  throw new Error("no application has registered it, and Node has none of its own");
}

/**
 * tfjs-node 4.22 calls a function that Node 23 removed; its own correction (tensorflow/tfjs#8425)
 * is not released.
 */
function loadNative(name: string): Promise<unknown> {
  const util: { isNullOrUndefined?: (value: unknown) => boolean } = createRequire(import.meta.url)(
    "node:util",
  );
  util.isNullOrUndefined ??= (value) => value === undefined || value === null;
  return load(() => import(name), name);
}

async function load<T>(
  importPackage: () => Promise<T>,
  name: string,
  installed = name,
): Promise<T> {
  try {
    return await importPackage();
  } catch (cause) {
    if (GlissadeError.isInstance(cause) || !isMissing(cause, name))
      throw new Error(`${name} cannot be loaded: ${reasonOf(cause)}`, { cause });
    throw new RuntimeMissingError(
      `${name} is not installed. Install it: npm install ${installed}`,
      { cause },
    );
  }
}

/** As Node says it, or Vite, which puts in a module that throws. */
function isMissing(cause: unknown, name: string): boolean {
  if (!(cause instanceof Error)) return false;
  return (
    ("code" in cause &&
      cause.code === "ERR_MODULE_NOT_FOUND" &&
      cause.message.includes(`'${name}'`)) ||
    cause.message.startsWith(`Could not resolve "${name}"`)
  );
}
