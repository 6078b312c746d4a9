import type { Backend } from "@glissade/graph";
import { InvalidArgumentError } from "@glissade/graph";
import type { ModelSource } from "../model/index.ts";
import { type GlideLike, type LoadGlideOptions, loadGlide } from "../pipelines/index.ts";
import type { LoadContext, LoadFunction } from "./glide-loader.ts";

/**
 * Loads a model from a source in another way than `loadGlide`, e.g. in a worker. It gets all
 * options.
 */
export type SourceLoader = (
  source: ModelSource,
  options: Omit<SharedLoadOptions, "load"> & LoadContext,
) => Promise<GlideLike>;

/** How a model is loaded that several parts of a page share. */
export interface SharedLoadOptions
  extends Omit<LoadGlideOptions, "backend" | "signal" | "onProgress"> {
  /**
   * What runs the networks. A function makes one with the model, which is disposed of with it; a
   * backend itself stays the caller's. Needed unless `load` is given.
   */
  readonly backend?: Backend | (() => Backend | Promise<Backend>);
  /** In place of `loadGlide`. */
  readonly load?: SourceLoader;
  /**
   * Tells loads apart whose functions do different things: written inside a component, a function
   * is another one at every render and counts as the same.
   */
  readonly loadKey?: string;
}

/**
 * The load function for a source and its options.
 *
 * @example
 * ```ts
 * const loader = glideLoader({ load: glideLoading("/models/emoji/", { backend: () => onnx() }) });
 * ```
 */
export function glideLoading(
  source: ModelSource,
  { load = loadWithBackend, ...options }: SharedLoadOptions,
): LoadFunction {
  return (context) => load(source, { ...options, ...context });
}

async function loadWithBackend(
  source: ModelSource,
  { onDispose, backend: given, ...options }: Parameters<SourceLoader>[1],
): Promise<GlideLike> {
  const backend = typeof given === "function" ? await made(given, onDispose) : given;
  if (!backend) {
    throw new InvalidArgumentError({
      argument: "backend",
      received: given,
      expected: "a backend such as onnx() of @glissade/backend-onnx, or a function that makes one",
      hint: "Or give `load`.",
    });
  }
  options.signal.throwIfAborted();
  return loadGlide(source, { ...options, backend });
}

async function made(
  make: () => Backend | Promise<Backend>,
  onDispose: LoadContext["onDispose"],
): Promise<Backend> {
  const backend = await make();
  onDispose(() => backend?.dispose());
  return backend;
}
