import {
  type Backend,
  BackendVersionError,
  backendSpecificationVersion,
  InvalidArgumentError,
} from "@glissade/graph";
import { readModelDescription } from "../model/description/read.ts";
import { type ModelSource, type OpenModelFilesOptions, openModelFiles } from "../model/index.ts";
import { Glide } from "./glide.ts";
import { ModelNetworks, parameterCount } from "./run/model-networks.ts";

/** Weights of all networks together up to which they are kept, as float32. */
const smallModelBytes = 512 * 2 ** 20;

export interface LoadGlideOptions extends OpenModelFilesOptions {
  /**
   * What runs the networks, e.g. `onnx()` of `@glissade/backend-onnx`. It stays the caller's to
   * dispose of.
   */
  readonly backend: Backend;
  /**
   * Keep every network once it was used. Otherwise one is released when its part of a run is done,
   * so that never more than one is in memory. Default: kept where the model's weights take less
   * than 512 MiB together.
   */
  readonly keepLoaded?: boolean;
}

/**
 * Loads a text-to-image model.
 *
 * @param source a package (`"@glissade/model-emoji"`), a folder, a URL that holds a
 * `model_index.json`, or a list of files (`emoji` of `@glissade/model-emoji`)
 * @throws ModelNotFoundError, ModelFormatError, WeightsError where the model is missing, of another
 * kind, or damaged; the backend's error where no execution provider opens
 * @example
 * ```ts
 * const glide = await loadGlide("@glissade/model-emoji", { backend: onnx() });
 * const { images } = await glide.generate({ prompt: "a red apple" });
 * await glide.dispose();
 * ```
 */
export async function loadGlide(
  source: ModelSource,
  { backend, keepLoaded, ...options }: LoadGlideOptions,
): Promise<Glide> {
  assertBackend(backend);
  const files = await openModelFiles(source, options);
  const model = await readModelDescription(files);
  const networks = new ModelNetworks({
    files,
    backend,
    model,
    keepLoaded: keepLoaded ?? 4 * parameterCount(model) < smallModelBytes,
  });
  // The first network is opened now, so that what is wrong with a model is said when it is loaded.
  const [first] = model.stages.keys();
  if (first !== undefined) await (await networks.stage(first, options.signal)).release();
  return new Glide({ model, backend, networks });
}

/** @throws InvalidArgumentError if it is none; BackendVersionError for one of another version */
export function assertBackend(backend: Backend): void {
  if (typeof backend?.compile !== "function")
    throw new InvalidArgumentError({
      argument: "backend",
      received: backend,
      expected: "a backend such as onnx() of @glissade/backend-onnx",
    });
  const { name, specificationVersion: received } = backend;
  if (received !== backendSpecificationVersion)
    throw new BackendVersionError({
      backend: name,
      received,
      expected: backendSpecificationVersion,
    });
}
