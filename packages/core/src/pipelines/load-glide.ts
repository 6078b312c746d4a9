import {
  type Backend,
  BackendVersionError,
  backendSpecificationVersion,
  InvalidArgumentError,
} from "@glissade/graph";
import { readModelDescription } from "../model/description/read.ts";
import { type ModelSource, type OpenModelFilesOptions, openModelFiles } from "../model/index.ts";
import { Glide } from "./glide.ts";
import type { PipelineParts } from "./run/cascade.ts";
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
  /**
   * A smaller or less trained model of the same kind, for guidance that compares with it
   * (`autoguidance`). Its networks are opened when they are needed.
   */
  readonly weaker?: ModelSource | undefined;
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
  { backend, keepLoaded, weaker, ...options }: LoadGlideOptions,
): Promise<Glide> {
  assertBackend(backend);
  const load = (from: ModelSource) => readParts(from, backend, keepLoaded, options);
  const { model, networks } = await load(source);
  // The first network is opened now, so that what is wrong with a model is said when it is loaded.
  const [first] = model.stages.keys();
  if (first !== undefined) await (await networks.stage(first, options.signal)).release();
  return new Glide({
    model,
    backend,
    networks,
    weaker: weaker === undefined ? undefined : await load(weaker),
  });
}

async function readParts(
  source: ModelSource,
  backend: Backend,
  keepLoaded: boolean | undefined,
  options: OpenModelFilesOptions,
): Promise<PipelineParts> {
  const files = await openModelFiles(source, options);
  const model = await readModelDescription(files);
  const isSmall = 4 * parameterCount(model) < smallModelBytes;
  const networks = new ModelNetworks({ files, backend, model, keepLoaded: keepLoaded ?? isSmall });
  return { model, networks };
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
