import type { Graph } from "@glissade/core";
import type { GraphInputs } from "./gradient-engine.ts";

/** Where a worker finds its backend: a backend itself cannot be sent to one. */
export interface BackendModule {
  /** A module's URL or package name, e.g. `import.meta.resolve("@glissade/backend-onnx")`. */
  readonly module: string;
  /** The function that it exports, e.g. `"onnx"`. */
  readonly export: string;
  /** The function's argument, e.g. `{ threads: 1 }`. */
  readonly options?: unknown;
}

/** What a worker is started with. */
export interface WorkerSetup {
  readonly backend: BackendModule;
  readonly graph: Graph;
  readonly shapes: readonly { readonly name: string; readonly dims: readonly number[] }[];
  /** Float32 values of the parameters, which the main thread changes between two steps, and of this worker's gradient. Both shared. */
  readonly parameters: SharedArrayBuffer;
  readonly gradient: SharedArrayBuffer;
}

/** One step's work. */
export interface WorkerTask {
  readonly parts: readonly GraphInputs[];
  readonly scale: number;
}

export type WorkerAnswer =
  | { readonly kind: "ready" }
  | { readonly kind: "done"; readonly outputs: readonly GraphInputs[] }
  /** The error's text: a loader's errors do not arrive as errors. */
  | { readonly kind: "failed"; readonly reason: string };
