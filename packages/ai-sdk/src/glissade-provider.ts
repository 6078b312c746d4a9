import { NoSuchModelError, type ProviderV4 } from "@ai-sdk/provider";
import { onnx } from "@glissade/backend-onnx";
import type { Backend, ModelSource } from "@glissade/core";
import { GlissadeImageModel } from "./glissade-image-model.ts";
import type { GlissadeImageOptions } from "./image-options.ts";
import { LoadedModels } from "./loaded-models.ts";

export interface GlissadeProviderSettings {
  /**
   * What runs the networks; it stays yours to dispose of. Default: `onnx()` of
   * `@glissade/backend-onnx`, made when it is first needed and disposed of with the provider.
   */
  readonly backend?: Backend;
  /** Names for models: `{ mine: "./my-model" }` makes `glissade("mine")` load that folder. */
  readonly models?: Readonly<Record<string, ModelSource>>;
  /**
   * Allows images to be given as URLs, and fetches them. Default: such an image is refused,
   * since its address may be anyone's choice.
   */
  readonly fetch?: typeof globalThis.fetch;
}

/** Glissade's models for the AI SDK. */
export interface GlissadeProvider extends ProviderV4 {
  /**
   * An image model. Nothing is loaded before its first image; models of one provider with the
   * same id share what is loaded.
   *
   * @param modelId `"emoji"`, a name of `createGlissade({ models })`, or what `loadGlide` takes: a
   * folder, an installed package, a URL
   * @param settings what to use where a call's `providerOptions.glissade` does not say
   */
  (modelId: string, settings?: GlissadeImageOptions): GlissadeImageModel;
  image(modelId: string, settings?: GlissadeImageOptions): GlissadeImageModel;
  imageModel(modelId: string, settings?: GlissadeImageOptions): GlissadeImageModel;
  /** There are none. @throws NoSuchModelError */
  languageModel(modelId: string): never;
  /** There are none. @throws NoSuchModelError */
  embeddingModel(modelId: string): never;
  /**
   * Frees the models that were loaded, and the backend that the provider made itself; its models
   * cannot be used afterwards. Safe to call twice.
   */
  dispose(): Promise<void>;
}

/** Installed beside this package by whoever wants it. */
const namedModels: Readonly<Record<string, ModelSource>> = { emoji: "@glissade/model-emoji" };

/**
 * A provider with a backend, or names for models, of your own.
 *
 * @example
 * ```ts
 * const glissade = createGlissade({ backend: onnx({ providers: ["cuda", "cpu"] }), models: { mine: "./my-model" } });
 * const { image } = await generateImage({ model: glissade("mine"), prompt: "a red apple" });
 * await glissade.dispose();
 * ```
 */
export function createGlissade({
  backend,
  models = {},
  fetch,
}: GlissadeProviderSettings = {}): GlissadeProvider {
  const loaded = new LoadedModels({
    backend: backend ?? onnx,
    sources: { ...namedModels, ...models },
  });
  const imageModel = (modelId: string, settings: GlissadeImageOptions = {}) =>
    new GlissadeImageModel(modelId, { models: loaded, settings, fetch });
  return Object.assign(
    (modelId: string, settings?: GlissadeImageOptions) => imageModel(modelId, settings),
    {
      specificationVersion: "v4" as const,
      image: imageModel,
      imageModel,
      languageModel: (modelId: string) => refuse(modelId, "languageModel"),
      embeddingModel: (modelId: string) => refuse(modelId, "embeddingModel"),
      dispose: () => loaded.dispose(),
    },
  );
}

function refuse(modelId: string, modelType: "languageModel" | "embeddingModel"): never {
  throw new NoSuchModelError({
    modelId,
    modelType,
    message: `Glissade has image models only: there is no ${modelType} ${JSON.stringify(modelId)}.`,
  });
}

/**
 * The provider with everything by default: networks run on the CPU.
 *
 * @example
 * ```ts
 * const { image } = await generateImage({ model: glissade("emoji"), prompt: "a red apple", seed: 7 });
 * ```
 */
export const glissade: GlissadeProvider = /* @__PURE__ */ createGlissade();
