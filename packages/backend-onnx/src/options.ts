import { checkProviders, InvalidArgumentError } from "@glissade/graph";
import type { Env, InferenceSession } from "onnxruntime-common";
import {
  asObject,
  type ExecutionProvider,
  executionProviders,
  type ProviderChoice,
  providerName,
} from "./provider-choice.ts";

export type LogSeverity = 0 | 1 | 2 | 3 | 4;

export const logLevels = ["verbose", "info", "warning", "error", "fatal"] as const;

/** How graphs are run. Everything has a default. */
export interface OnnxOptions {
  /**
   * Execution providers in the order in which they are tried; the first that this machine can open
   * runs everything. Default in Node `["cpu"]`, in browsers `["webgpu", "wasm"]`.
   */
  readonly providers?: readonly ProviderChoice[];
  /**
   * Threads within an operation on the CPU. Default in Node: one a physical core; in browsers half
   * the logical cores, at most 4, where the page is cross-origin isolated, and 1 where it is not.
   * In browsers the first backend of a page or worker decides.
   */
  readonly threads?: number;
  /**
   * How far ONNX Runtime rewrites a graph before it runs it. Default `"all"`. `"extended"` leaves
   * out the blocked convolution layout: a few per cent slower on large networks (a third on small
   * ones), but weights stay mapped from their file, which halves the memory and makes loading many
   * times faster.
   */
  readonly graphOptimizationLevel?: "disabled" | "basic" | "extended" | "layout" | "all";
  /**
   * `"parallel"` runs independent branches side by side, which networks of one chain gain nothing
   * from. Default `"sequential"`.
   */
  readonly executionMode?: "sequential" | "parallel";
  /**
   * `"small"` frees every value as soon as it is dead and plans nothing ahead: about half the
   * memory of a graph with values that wait for long (a training step) at the same speed, and no
   * difference for others. Default `"planned"`, ONNX Runtime's own way.
   */
  readonly memory?: "planned" | "small";
  /**
   * Writes a Chrome trace of every operation to a file that begins with this path, when the graph
   * is disposed.
   */
  readonly profile?: string;
  /**
   * What ONNX Runtime prints on stderr: 0 everything, 1 information, 2 warnings, 3 errors, 4
   * nothing. Default 4: what it prints as an error it throws as well.
   */
  readonly logSeverityLevel?: LogSeverity;
  /**
   * Browsers only: where onnxruntime-web's `.wasm` (and `.mjs`) files are, as a URL that ends in a
   * slash or one by one; for pages that host them apart from their bundle. Default: beside the
   * script, where bundlers put them. The first backend of a page or worker decides.
   */
  readonly wasmPaths?: Env.WasmPrefixOrFilePaths;
  /**
   * On graphics devices of browsers, an output of nothing but zeros is an error, since that is what
   * a faulty driver gives. `false` for networks that may give it rightly, such as one that has not
   * been trained at all. Default `true`.
   */
  readonly refuseZeros?: boolean;
  /** Any other option of ONNX Runtime's sessions, as it is. */
  readonly sessionOptions?: InferenceSession.SessionOptions;
}

const optimizationLevels = ["disabled", "basic", "extended", "layout", "all"];
const memories = ["planned", "small"];
const executionModes = ["sequential", "parallel"];

/** What the options depend on. */
export interface OptionsPlatform {
  readonly name: "node" | "browser";
  /** Tried in this order where nothing is asked for; the last always works. */
  readonly defaultProviders: readonly ExecutionProvider[];
}

export type CheckedOptions = OnnxOptions & { readonly providers: readonly ProviderChoice[] };

/**
 * @throws InvalidArgumentError and UnknownNameError for a value that is not one of those
 * documented.
 */
export function checkOptions(
  platform: OptionsPlatform,
  { providers = platform.defaultProviders, ...options }: OnnxOptions,
): CheckedOptions {
  const {
    threads,
    graphOptimizationLevel,
    executionMode,
    memory,
    profile,
    logSeverityLevel,
    wasmPaths,
    refuseZeros,
  } = options;
  check(
    "threads",
    threads,
    (value) => Number.isInteger(value) && value >= 1 && value <= 1024,
    "an integer from 1 to 1024",
  );
  check(
    "graphOptimizationLevel",
    graphOptimizationLevel,
    (value) => optimizationLevels.includes(value),
    optimizationLevels.join(", "),
  );
  check(
    "executionMode",
    executionMode,
    (value) => executionModes.includes(value),
    executionModes.join(" or "),
  );
  check("memory", memory, (value) => memories.includes(value), memories.join(" or "));
  check(
    "profile",
    profile,
    (value) => platform.name === "node" && typeof value === "string" && value !== "",
    "the beginning of a file's path, in Node",
  );
  check(
    "wasmPaths",
    wasmPaths,
    (value) => (typeof value === "string" ? value !== "" : isRecord(value)),
    "a URL that ends in a slash, or { wasm, mjs }",
  );
  check("refuseZeros", refuseZeros, (value) => typeof value === "boolean", "true or false");
  check(
    "logSeverityLevel",
    logSeverityLevel,
    (value) => [0, 1, 2, 3, 4].includes(value),
    "0, 1, 2, 3 or 4",
  );
  return {
    ...options,
    providers: checkProviders(providers, executionProviders, (choice) =>
      isRecord(choice) ? asObject(choice).name : choice,
    ),
  };
}

/**
 * The options as ONNX Runtime takes them. It refuses a key whose value is undefined, so those are
 * left out.
 */
export function sessionOptions(
  options: OnnxOptions,
  provider: ProviderChoice,
  { angleNodes }: { readonly angleNodes: readonly string[] },
): InferenceSession.SessionOptions {
  const {
    threads,
    graphOptimizationLevel = "all",
    executionMode,
    memory,
    profile,
    logSeverityLevel = 4,
  } = options;
  return {
    graphOptimizationLevel,
    logSeverityLevel,
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    ...(executionMode === undefined ? {} : { executionMode }),
    ...(memory === "small" ? { enableMemPattern: false } : {}),
    ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
    ...options.sessionOptions,
    executionProviders: [
      providerName(provider) === "webgpu" && angleNodes.length > 0
        ? { ...asObject(provider), forceCpuNodeNames: angleNodes }
        : provider,
    ],
  };
}

function check<T>(
  argument: string,
  value: T | undefined,
  fits: (value: T) => boolean,
  expected: string,
): void {
  if (value !== undefined && !fits(value))
    throw new InvalidArgumentError({ argument, received: value, expected });
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
