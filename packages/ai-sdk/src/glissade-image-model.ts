import type {
  ImageModelV4,
  ImageModelV4CallOptions,
  ImageModelV4Result,
  JSONObject,
  SharedV4Warning,
} from "@ai-sdk/provider";
import {
  encodePng,
  type GenerateOptions,
  type GenerateResult,
  type Glide,
  InvalidArgumentError,
  type TaskRun,
} from "@glissade/core";
import { type GivenImage, readGivenImage } from "./given-image.ts";
import { type GlissadeImageOptions, readImageOptions } from "./image-options.ts";
import type { LoadedModels } from "./loaded-models.ts";
import { requestedSize } from "./requested-size.ts";

export interface GlissadeImageModelParts {
  readonly models: LoadedModels;
  readonly settings: GlissadeImageOptions;
  /** What may fetch images that are given as URLs. */
  readonly fetch: typeof globalThis.fetch | undefined;
}

/**
 * A Glissade model as the AI SDK sees it: `generateImage({ model, prompt })`. Made by
 * `glissade(modelId)`.
 *
 * Without images it generates, with one it edits (SDEdit), with one and a mask it inpaints.
 */
export class GlissadeImageModel implements ImageModelV4 {
  readonly specificationVersion = "v4";
  readonly provider = "glissade";
  /**
   * All images of a request are one call: the AI SDK gives every call the same seed, and only
   * within one do images get seeds of their own. More than the 256 that core makes at once are
   * refused by core.
   */
  readonly maxImagesPerCall: number = Number.MAX_SAFE_INTEGER;
  readonly supportsFileInputs = true;
  readonly supportsMaskInputs = true;
  readonly #parts: GlissadeImageModelParts;

  constructor(
    readonly modelId: string,
    parts: GlissadeImageModelParts,
  ) {
    this.#parts = parts;
  }

  /**
   * @throws as `loadGlide` and as `Glide.generate`, `imageToImage` or `inpaint`; ImageError and
   * ImageFetchError for an image that cannot be read; the signal's reason where aborted. The AI
   * SDK passes these on as they are, without trying again.
   */
  async doGenerate(call: ImageModelV4CallOptions): Promise<ImageModelV4Result> {
    const timestamp = new Date();
    const { models, settings, fetch } = this.#parts;
    const { abortSignal: signal, providerOptions } = call;
    const { options, warnings } = readImageOptions(settings, providerOptions);
    const given = await readGivenImage(call, { fetch, signal });
    const glide = await models.open(this.modelId, signal);
    const size = requestedSize(
      glide,
      call,
      options.upscale,
      given.image?.mask && given.image.image,
    );
    const { images, ...result } = await finish(
      start(glide, call, withUpscale(options, size.upscale), given.image),
    );
    return {
      images: images.map((image) => encodePng(image)),
      warnings: [
        ...warnings,
        ...given.warnings,
        ...size.warnings,
        ...strengthWarnings(call, given.image),
        ...result.warnings.map(asWarning),
      ],
      response: { timestamp, modelId: this.modelId, headers: undefined },
      providerMetadata: {
        glissade: {
          images: images.map(({ seed, clipScore, width, height }) => ({
            seed,
            width,
            height,
            ...(clipScore !== undefined && { clipScore }),
          })),
          settings: plain(result.settings),
          model: glide.model,
          executionProvider: glide.provider ?? null,
        },
      },
    };
  }
}

function start(
  glide: Glide,
  call: ImageModelV4CallOptions,
  { strength, ...options }: GlissadeImageOptions,
  given: GivenImage | undefined,
): TaskRun<"generate"> {
  const asked = generateOptions(call, options);
  if (!given) return glide.generate(asked);
  const { image, mask } = given;
  return mask
    ? glide.inpaint({ ...asked, image, mask })
    : glide.imageToImage({ ...asked, image, ...(strength !== undefined && { strength }) });
}

function generateOptions(
  { prompt = "", n, seed, abortSignal }: ImageModelV4CallOptions,
  { guidanceScale, ...options }: Omit<GlissadeImageOptions, "strength">,
): GenerateOptions {
  return {
    ...options,
    prompt: prompt.trim() === "" ? null : prompt,
    count: n,
    ...(guidanceScale !== undefined && { guidance: guidanceScale }),
    ...(seed !== undefined && { seed }),
    ...(abortSignal && { signal: abortSignal }),
  };
}

/**
 * A step keeps JavaScript's thread busy until it returns: between two of them timers and the
 * server's other requests get their turn, and an abort is heard.
 */
async function finish(run: TaskRun<"generate">): Promise<GenerateResult> {
  try {
    for await (const _ of run) await new Promise((resolve) => setTimeout(resolve));
    return await run;
  } catch (error) {
    throw inCallersWords(error);
  }
}

/** Arguments of core that have another name in the AI SDK. */
const callersNames: Readonly<Record<string, string>> = { count: "n", guidance: "guidanceScale" };

function inCallersWords(error: unknown): unknown {
  if (!InvalidArgumentError.isInstance(error)) return error;
  const argument = callersNames[error.argument];
  return argument === undefined
    ? error
    : new InvalidArgumentError({
        argument,
        received: error.received,
        expected: error.expected,
        cause: error,
      });
}

function withUpscale(
  { upscale: _, ...options }: GlissadeImageOptions,
  upscale: GlissadeImageOptions["upscale"],
): GlissadeImageOptions {
  return { ...options, ...(upscale !== undefined && { upscale }) };
}

function strengthWarnings(
  { providerOptions }: ImageModelV4CallOptions,
  image: GivenImage | undefined,
): readonly SharedV4Warning[] {
  if (providerOptions.glissade?.strength === undefined || (image && !image.mask)) return [];
  return [
    {
      type: "unsupported",
      feature: "providerOptions.glissade.strength",
      details: "It says how much of an image that is given without a mask may change.",
    },
  ];
}

function asWarning({ message }: GenerateResult["warnings"][number]): SharedV4Warning {
  return { type: "other", message };
}

/** As JSON, without what is undefined. */
function plain(settings: GenerateResult["settings"]): JSONObject {
  return JSON.parse(JSON.stringify(settings));
}
