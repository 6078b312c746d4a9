import type { Graph } from "@glissade/graph";
import type { AdamWUpdate } from "../optimisers/index.ts";
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
  /** Float32 values of the parameters, which change between two steps. */
  readonly parameters: SharedArrayBuffer;
}

/**
 * Elements `start` to `end` of the flat arrays: one worker's share of a step that all of them take
 * together.
 */
export interface Share {
  readonly start: number;
  readonly end: number;
}

/** All arrays lie in shared memory. */
export type WorkerTask =
  /** Writes the sum of its parts' gradients. */
  | {
      readonly kind: "gradient";
      readonly parts: readonly GraphInputs[];
      readonly into: Float32Array;
    }
  /** Adds the other workers' gradients to the first one's, and scales the sum. */
  | ({
      readonly kind: "mean";
      readonly into: Float32Array;
      readonly others: readonly Float32Array[];
      readonly scale: number;
    } & Share)
  | ({ readonly kind: "update"; readonly update: AdamWUpdate } & Share);

export type WorkerAnswer =
  | { readonly kind: "ready" }
  | { readonly kind: "gradient"; readonly outputs: readonly GraphInputs[] }
  | { readonly kind: "mean"; readonly sumOfSquares: number }
  | { readonly kind: "update" }
  /** The error's text: a loader's errors do not arrive as errors. */
  | { readonly kind: "failed"; readonly reason: string };
