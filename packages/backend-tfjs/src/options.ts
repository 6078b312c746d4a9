import { InvalidArgumentError } from "@glissade/graph";
import { checkTfjsProviders, type TfjsProvider } from "./provider-choice.ts";

/**
 * TensorFlow.js, of which an application may have any package. Only what tells it from other things
 * is declared, so that this package's types need none of TensorFlow.js's, which do not fit every
 * version of TypeScript.
 */
export interface TensorFlowModule {
  setBackend(name: string): Promise<boolean>;
  getBackend(): string;
}

/** Where TensorFlow.js runs graphs. Everything has a default. */
export interface TfjsOptions {
  /**
   * TensorFlow.js's backends in the order in which they are tried; the first that can be started
   * here runs everything. Default in Node `["node-gpu", "node", "wasm", "cpu"]`, in browsers
   * `["webgpu", "webgl", "wasm", "cpu"]`.
   */
  readonly providers?: readonly TfjsProvider[];
  /**
   * The application's own TensorFlow.js, e.g. what `import * as tf from "@tensorflow/tfjs"` or a
   * script tag gave it. Default: `@tensorflow/tfjs-core`, loaded when it is first needed.
   */
  readonly tf?: TensorFlowModule;
  /**
   * Where the `.wasm` files of `@tensorflow/tfjs-backend-wasm` are: a URL that ends in a slash, or
   * the URL of each by its file's name. In browsers they are looked for beside the script
   * otherwise; in Node they are found by themselves. The first WebAssembly backend of a page or
   * process decides.
   */
  readonly wasmPaths?: string | Readonly<Record<string, string>>;
}

/** What the options depend on. */
export interface OptionsPlatform {
  /** Tried in this order where nothing is asked for; the last always works. */
  readonly defaultProviders: readonly TfjsProvider[];
}

export type CheckedOptions = TfjsOptions & { readonly providers: readonly TfjsProvider[] };

/**
 * @throws InvalidArgumentError and UnknownNameError for a value that is not one of those
 * documented.
 */
export function checkOptions(
  platform: OptionsPlatform,
  { providers = platform.defaultProviders, ...options }: TfjsOptions,
): CheckedOptions {
  const { tf, wasmPaths } = options;
  if (tf !== undefined && typeof tf.setBackend !== "function")
    throw new InvalidArgumentError({
      argument: "tf",
      received: tf,
      expected: "TensorFlow.js itself, as `import * as tf` gives it",
    });
  const isPaths =
    typeof wasmPaths === "string"
      ? wasmPaths !== ""
      : typeof wasmPaths === "object" && wasmPaths !== null;
  if (wasmPaths !== undefined && !isPaths)
    throw new InvalidArgumentError({
      argument: "wasmPaths",
      received: wasmPaths,
      expected: "a URL that ends in a slash, or one for each file's name",
    });
  return { ...options, providers: checkTfjsProviders(providers) };
}
