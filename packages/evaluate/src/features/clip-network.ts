import {
  type AnyTensor,
  type Backend,
  InvalidArgumentError,
  type ModelSource,
  NumericalError,
  type RgbImage,
  type Tensor,
} from "@glissade/core";
import { readImage } from "@glissade/core/image";
import { openModelFiles } from "@glissade/core/model";
import {
  type ClipConfig,
  clipImageGraph,
  clipTextGraph,
  parseClipConfig,
} from "@glissade/core/networks";
import { type ClipTokenizer, clipTextInputs, clipTokenizer } from "@glissade/core/text";
import { concatRows, type Executable, rows, tensor, type WeightSource } from "@glissade/graph";
import type {
  FeatureBatch,
  FeatureNetwork,
  FeatureNetworkCard,
  FeatureOptions,
} from "./feature-network.ts";
import { sha256OfWeights } from "./weights-hash.ts";

/** What goes through the network at once. */
const batchSize = 64;

export interface OpenClipOptions {
  /** What runs it. It stays the caller's to dispose of. */
  readonly backend: Backend;
  /**
   * Texts that are taken for classes: each image's probabilities are the softmax of its
   * similarities to them, and the Inception score is that over these. Default none.
   */
  readonly classes?: readonly string[];
  readonly signal?: AbortSignal;
}

interface ClipParts {
  readonly config: ClipConfig;
  readonly tokenizer: ClipTokenizer;
  readonly image: Executable;
  readonly text: Executable;
  readonly sha256: string;
}

/**
 * A model's CLIP as a measure: of images among themselves, and of images and texts. Opened by
 * `openClipNetwork`.
 */
export class ClipNetwork implements FeatureNetwork {
  readonly #parts: ClipParts;
  #classes: Tensor | undefined;

  constructor(parts: ClipParts) {
    this.#parts = parts;
  }

  get card(): FeatureNetworkCard {
    const { config, sha256 } = this.#parts;
    const classes = this.#classes?.dims[0];
    return {
      name: "clip-image-embedding",
      sha256,
      resize: `pillow-bicubic-${config.image.imageSize}`,
      dimensions: config.embeddingChannels,
      ...(classes && { classes }),
    };
  }

  /** By what cosines are multiplied, exp of the learned logit scale: 100 for OpenAI's. */
  get logitScale(): number {
    return this.#parts.config.logitScale;
  }

  /**
   * Side in pixels of the images that it reads; others are resampled as Pillow does it, without
   * keeping their aspect ratio.
   */
  get side(): number {
    return this.#parts.config.image.imageSize;
  }

  /** Takes these texts for classes from now on. */
  async useClasses(texts: readonly string[], options: FeatureOptions = {}): Promise<void> {
    this.#classes = await this.texts(texts, options);
  }

  async of(images: readonly RgbImage[], { signal }: FeatureOptions = {}): Promise<FeatureBatch> {
    if (images.length === 0)
      throw new InvalidArgumentError({
        argument: "images",
        received: images,
        expected: "at least one image",
      });
    const { config, image } = this.#parts;
    const pooled = await inBatches(images, signal, (batch) => {
      // 0: clean images
      const timesteps = config.image.timesteps > 0 ? { timesteps: tensor([batch.length]) } : {};
      return image.run(
        { x: concatRows(batch.map((rgb) => readImage(rgb, this.side))), ...timesteps },
        signal ? { signal } : {},
      );
    });
    return this.#classes
      ? { pooled, probabilities: softmaxOfSimilarities(pooled, this.#classes, this.logitScale) }
      : { pooled };
  }

  /**
   * The embeddings of texts, of length 1: `[texts, dimensions]`. What a text has more than the
   * network reads is cut off.
   *
   * @throws InvalidArgumentError where there is none; the signal's reason where aborted
   */
  async texts(texts: readonly string[], { signal }: FeatureOptions = {}): Promise<Tensor> {
    if (texts.length === 0)
      throw new InvalidArgumentError({
        argument: "texts",
        received: texts,
        expected: "at least one text",
      });
    const { tokenizer, text } = this.#parts;
    return inBatches(texts, signal, (batch) =>
      text.run(clipTextInputs(tokenizer, batch), signal ? { signal } : {}),
    );
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#parts.image.dispose(), this.#parts.text.dispose()]);
  }
}

/**
 * Opens the CLIP of a model folder: the default measure, where no Inception weights are at hand.
 * Its features are image embeddings of clean images, of length 1.
 *
 * @param model as for `loadGlide`: a package, a folder, a URL, a list of files
 * @throws ModelFileError where the model has no CLIP; WeightsError where its weights are damaged;
 * the backend's error where no provider opens
 * @example
 * ```ts
 * const network = await openClipNetwork("@glissade/model-emoji", { backend: onnx() });
 * const { pooled } = await network.of(images);
 * await network.dispose();
 * ```
 */
export async function openClipNetwork(
  model: ModelSource,
  { backend, classes, signal }: OpenClipOptions,
): Promise<ClipNetwork> {
  const options = signal ? { signal } : {};
  const files = await openModelFiles(model, options);
  const config = parseClipConfig(await files.readJson("clip/config.json", options));
  const tokenizer = clipTokenizer(await files.readJson("clip_tokenizer/tokenizer.json", options), {
    contextLength: config.text.textContext,
  });
  const imageWeights = await files.openWeights("clip/image_encoder/model.safetensors", options);
  const textWeights = await files
    .openWeights("clip/text_encoder/model.safetensors", options)
    .catch(async (error) => {
      await imageWeights.dispose();
      throw error;
    });
  try {
    const sha256 = await sha256OfWeights(imageWeights);
    const [image, text] = await compileBoth(backend, config, [imageWeights, textWeights], options);
    const network = new ClipNetwork({ config, tokenizer, image, text, sha256 });
    if (classes)
      await network.useClasses(classes, options).catch(async (error) => {
        await network.dispose();
        throw error;
      });
    return network;
  } finally {
    await Promise.all([imageWeights.dispose(), textWeights.dispose()]);
  }
}

async function compileBoth(
  backend: Backend,
  config: ClipConfig,
  [imageWeights, textWeights]: readonly [WeightSource, WeightSource],
  options: FeatureOptions,
): Promise<[Executable, Executable]> {
  const image = await backend.compile(clipImageGraph(config), imageWeights, {
    name: "clip's image",
    ...options,
  });
  try {
    return [
      image,
      await backend.compile(clipTextGraph(config), textWeights, {
        name: "clip's text",
        ...options,
      }),
    ];
  } catch (error) {
    await image.dispose();
    throw error;
  }
}

/** Embeddings of all, a batch at a time. */
async function inBatches<T>(
  all: readonly T[],
  signal: AbortSignal | undefined,
  run: (batch: readonly T[]) => Promise<Readonly<Record<string, AnyTensor>>>,
): Promise<Tensor> {
  const parts: Tensor[] = [];
  for (let start = 0; start < all.length; start += batchSize) {
    signal?.throwIfAborted();
    const { normalized } = await run(all.slice(start, start + batchSize));
    if (normalized?.dtype !== "float32" || !normalized.data.every(Number.isFinite))
      throw new NumericalError(
        `CLIP gave embeddings that are not finite, of the ${batchSize} from number ${start} on. Check the weights, or use another execution provider.`,
      );
    parts.push(normalized);
  }
  return concatRows(parts);
}

/**
 * [N, classes]: the softmax over the classes of logit scale times cosine. @see Radford et al. 2021,
 * arXiv 2103.00020, section 3.1
 */
function softmaxOfSimilarities(images: Tensor, classes: Tensor, logitScale: number): Tensor {
  const [count = 0, channels = 0] = images.dims;
  const names = classes.dims[0] ?? 0;
  const probabilities = new Float32Array(count * names);
  for (let i = 0; i < count; i++) {
    const image = rows(images, i, i + 1).data;
    const logits = Array.from(
      { length: names },
      (_, k) =>
        logitScale *
        image.reduce(
          (sum, value, c) => sum + value * (classes.data[k * channels + c] as number),
          0,
        ),
    );
    const largest = Math.max(...logits);
    const exponentials = logits.map((logit) => Math.exp(logit - largest));
    const total = exponentials.reduce((sum, value) => sum + value, 0);
    probabilities.set(
      exponentials.map((value) => value / total),
      i * names,
    );
  }
  return tensor([count, names], probabilities);
}
