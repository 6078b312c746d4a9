import type { DeviceLostError, InTurn } from "@glissade/graph";
import type * as OnnxRuntime from "onnxruntime-common";
import type { DeviceLimits } from "./device-limits.ts";
import type { CheckedOptions, OptionsPlatform } from "./options.ts";
import type { ExecutionProvider, ProviderChoice } from "./provider-choice.ts";

/** What is used of ONNX Runtime: the same in onnxruntime-node and onnxruntime-web. */
export type Runtime = Pick<typeof OnnxRuntime, "InferenceSession" | "Tensor" | "env">;

/** ONNX Runtime, loaded for one provider. */
export interface ProviderRuntime {
  readonly runtime: Runtime;
  /** The provider as sessions take it, with its device where it has one of its own. */
  readonly choice: ProviderChoice;
  readonly device?: Device;
  /** Runs what one runtime cannot do twice at a time, one after the other. */
  readonly inTurn: InTurn;
}

/** A graphics device that belongs to one backend. */
export interface Device {
  readonly limits: DeviceLimits;
  /** The error from the moment on at which the device was lost. */
  readonly lost: DeviceLostError | undefined;
  /** Rejects when the device is lost. */
  readonly untilLost: Promise<never>;
  /** Frees everything on it. Safe to call twice. */
  destroy(): void;
}

/** Where weights lie in files that the runtime maps by itself. */
export interface WeightFolder {
  /** The folder to which locations are relative; undefined where no weight lies in a file. */
  readonly directory: string | undefined;
  /** Relative, with `/`; undefined for a file that cannot be reached from the folder. */
  locationOf(path: string): string | undefined;
}

/** What differs between Node and browsers. `#platform` gives the one that fits. */
export interface Platform extends OptionsPlatform {
  /**
   * How to get a provider that may be missing; for one that this platform never has, where it
   * exists.
   */
  readonly advice: Readonly<Record<ExecutionProvider, string | undefined>>;
  /**
   * Loads the runtime for a provider, and opens its device where it has one.
   *
   * @throws RuntimeMissingError where the runtime itself cannot be loaded; any error where this
   * machine has no such provider
   */
  load(choice: ProviderChoice, options: CheckedOptions): Promise<ProviderRuntime>;
  /** The folder that holds all these files, with links resolved. */
  weightFolder(paths: readonly string[]): Promise<WeightFolder>;
}
