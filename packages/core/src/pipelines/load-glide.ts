import type { Backend } from "../backend.ts";
import { InvalidArgumentError } from "../errors.ts";
import { textGraph, textToImageGraph } from "../networks/index.ts";
import { type ModelSource, openModelFiles } from "../weights/index.ts";
import { Glide } from "./glide.ts";
import { readModelDescription } from "./model-folder.ts";

export interface LoadGlideOptions {
  /** What runs the networks, e.g. `onnx()` of `@glissade/backend-onnx`. It stays the caller's to dispose of. */
  readonly backend: Backend;
  readonly signal?: AbortSignal;
}

/**
 * Loads a text-to-image model.
 *
 * @param source a package (`"@glissade/model-emoji"`), a folder, or a URL that holds a `model_index.json`
 * @throws ModelNotFoundError, ModelFormatError, WeightsError where the model is missing, of another kind, or damaged; the backend's error where no execution provider opens
 * @example
 * ```ts
 * const glide = await loadGlide("@glissade/model-emoji", { backend: onnx() });
 * const { images } = await glide.generate({ prompt: "a red apple" });
 * await glide.dispose();
 * ```
 */
export async function loadGlide(source: ModelSource, { backend, signal }: LoadGlideOptions): Promise<Glide> {
  if (typeof backend?.compile !== "function")
    throw new InvalidArgumentError({ argument: "backend", received: backend, expected: "a backend such as onnx() of @glissade/backend-onnx" });
  const compileOptions = signal ? { signal } : {};
  const files = await openModelFiles(source, compileOptions);
  const model = await readModelDescription(files);
  const weights = await files.openWeights("base/model.safetensors");
  try {
    const text = await backend.compile(textGraph(model.config), weights, { name: "text transformer", ...compileOptions });
    try {
      const network = await backend.compile(textToImageGraph(model.config, { height: model.imageSize, width: model.imageSize }), weights, {
        name: "base U-Net",
        ...compileOptions,
      });
      return new Glide({ model, backend, text, network });
    } catch (error) {
      await text.dispose();
      throw error;
    }
  } finally {
    await weights.dispose();
  }
}
