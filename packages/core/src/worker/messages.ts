import type { ProviderFailure } from "@glissade/graph";
import type { GenerateStep, Glide, TaskName, TaskOptions, TaskResult } from "../pipelines/index.ts";
import type { SentError } from "./error-transfer.ts";

/** Where messages go and come from: a `Worker`, a `MessagePort`, a worker's own global scope. */
export interface Endpoint {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(
    type: "message" | "messageerror" | "error",
    listener: (event: Event) => void,
  ): void;
  removeEventListener(
    type: "message" | "messageerror" | "error",
    listener: (event: Event) => void,
  ): void;
  /** Message ports deliver nothing before. */
  start?(): void;
}

/** Begins a task. Its options are sent without signal and `onProgress`; the task checks them. */
export interface Begin<Name extends TaskName> {
  readonly type: "begin";
  readonly task: Name;
  readonly options: TaskOptions<Name>;
}

/**
 * What the page asks of the worker. Each request is answered once, under its number; a run has the
 * number of the request that began it.
 */
export type Request =
  | {
      readonly type: "load";
      readonly source: unknown;
      readonly backend: unknown;
      readonly keepLoaded: boolean | undefined;
      readonly lock: string | undefined;
    }
  | Begin<TaskName>
  | { readonly type: "next" | "return"; readonly run: number }
  | { readonly type: "clipScore"; readonly options: unknown }
  | { readonly type: "dispose" };

export type Message =
  | (Request & { readonly id: number })
  /** Ends what the request or run of that number is doing; has no answer of its own. */
  | { readonly type: "abort"; readonly id: number };

export type Answer =
  | { readonly type: "progress"; readonly id: number; readonly progress: unknown }
  | { readonly type: "answer"; readonly id: number; readonly value: unknown }
  | { readonly type: "failure"; readonly id: number; readonly error: SentError };

/** What is known of a model once it is loaded. */
export type LoadedModel = Pick<
  Glide,
  "model" | "networks" | "imageSize" | "baseSize" | "backend" | "provider" | "defaults"
> & {
  readonly fallbacks: readonly ProviderFailure[];
};

/** A step with its preview made, since a getter cannot be sent. */
export type SentStep = Pick<
  GenerateStep,
  "stage" | "step" | "steps" | "timestep" | "preview" | "x0" | "x"
>;

/** A run's next step, or its result. */
export type SentResult<Name extends TaskName = TaskName> =
  | { readonly done: false; readonly value: SentStep }
  | { readonly done: true; readonly value: TaskResult<Name> };
