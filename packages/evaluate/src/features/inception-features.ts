import {
  type Backend,
  InvalidArgumentError,
  NumericalError,
  type RgbImage,
  type Tensor,
  WeightsError,
} from "@glissade/core";
import type { WeightFile } from "@glissade/core/weights";
import { openWeights } from "@glissade/core/weights";
import {
  assertPositiveInteger,
  concatRows,
  type Executable,
  rows,
  type WeightSource,
} from "@glissade/graph";
import type {
  FeatureBatch,
  FeatureNetwork,
  FeatureNetworkCard,
  FeatureOptions,
} from "./feature-network.ts";
import { sha256Of } from "./file-hash.ts";
import {
  type InceptionVariant,
  inceptionClasses,
  inceptionDimensions,
  inceptionGraph,
} from "./inception-graph.ts";
import { inceptionInput } from "./inception-input.ts";
import { foldedInceptionWeights, inceptionVariantOf } from "./inception-weights.ts";
import { assertResizeMode, type ResizeMode } from "./resize-modes.ts";

export interface InceptionFeaturesOptions {
  readonly backend: Backend;
  /** How images of another size than 299x299 are brought to it. Default `"clean"`. */
  readonly resize?: ResizeMode;
  /** Refuse a file that holds another variant. By default the file decides. */
  readonly variant?: InceptionVariant;
  /** Images that the network reads at a time: about 40 MB each. Default 16. */
  readonly batchSize?: number;
  readonly signal?: AbortSignal;
}

/**
 * The network whose features FID, sFID, KID, Inception score, precision and recall are made of. The
 * weights are the user's own: a `.pth` of pytorch-fid, torch-fidelity or torchvision, read without
 * running its pickle, or a `.safetensors` with the same names. TorchScript programs
 * (`inception-2015-12-05.pt`) are not read. For numbers that compare with published ones it must be
 * the FID network.
 *
 * @param weights a path, a Blob or the bytes
 * @throws WeightsError where the file is not Inception-v3's or not of the variant that was asked
 * for; UnknownNameError for a resize mode or variant that does not exist; the signal's reason where
 * aborted
 * @example
 * ```ts
 * const inception = await openInceptionFeatures("pt_inception-2015-12-05-6726825d.pth", { backend: onnx() });
 * const { pooled } = await inception.of(images); // [images.length, 2048]
 * await inception.dispose();
 * ```
 */
export async function openInceptionFeatures(
  weights: WeightFile,
  options: InceptionFeaturesOptions,
): Promise<FeatureNetwork> {
  const { backend, resize = "clean", batchSize = 16, signal } = options;
  assertResizeMode(resize);
  assertPositiveInteger("batchSize", batchSize);
  if (options.variant !== undefined) inceptionClasses(options.variant);
  signal?.throwIfAborted();
  const checkpoint = await openWeights(weights);
  try {
    const variant = variantOf(checkpoint, labelOf(weights), options.variant);
    const graph = inceptionGraph(variant);
    const folded = foldedInceptionWeights(graph, checkpoint, labelOf(weights));
    const sha256 = await sha256Of(weights, signal);
    const executable = await backend.compile(graph, folded, {
      name: "Inception-v3",
      ...(signal && { signal }),
    });
    return new InceptionFeatures({ variant, resize, batchSize, executable, sha256 });
  } finally {
    await checkpoint.dispose();
  }
}

interface InceptionParts {
  readonly variant: InceptionVariant;
  readonly resize: ResizeMode;
  readonly batchSize: number;
  readonly executable: Executable;
  readonly sha256: string;
}

class InceptionFeatures implements FeatureNetwork {
  readonly card: FeatureNetworkCard;
  readonly #parts: InceptionParts;

  constructor(parts: InceptionParts) {
    const { variant, sha256, resize } = parts;
    this.#parts = parts;
    this.card = {
      name: `inception-v3-${variant}`,
      sha256,
      resize,
      classes: inceptionClasses(variant),
      dimensions: inceptionDimensions.pooled,
      spatialDimensions: inceptionDimensions.spatial,
    };
  }

  async of(images: readonly RgbImage[], { signal }: FeatureOptions = {}): Promise<FeatureBatch> {
    if (images.length === 0)
      throw new InvalidArgumentError({
        argument: "images",
        received: images,
        expected: "at least one image",
      });
    const batches: InceptionOutputs[] = [];
    for (let start = 0; start < images.length; start += this.#parts.batchSize)
      batches.push(await this.#run(images, start, signal));
    return {
      pooled: concatRows(batches.map(({ pooled }) => pooled)),
      spatial: concatRows(batches.map(({ spatial }) => spatial)),
      probabilities: concatRows(batches.map(({ probabilities }) => probabilities)),
    };
  }

  dispose(): Promise<void> {
    return this.#parts.executable.dispose();
  }

  async #run(
    images: readonly RgbImage[],
    start: number,
    signal: AbortSignal | undefined,
  ): Promise<InceptionOutputs> {
    const { variant, resize, batchSize, executable } = this.#parts;
    signal?.throwIfAborted();
    const x = inceptionInput(images.slice(start, start + batchSize), variant, resize);
    const outputs = await executable.run({ x }, signal ? { signal } : {});
    const checked = (name: keyof InceptionOutputs) => finiteFeatures(name, outputs[name], start);
    return {
      pooled: checked("pooled"),
      spatial: checked("spatial"),
      probabilities: checked("probabilities"),
    };
  }
}

/** What is read of the graph's outputs. */
type InceptionOutputs = Required<FeatureBatch>;

/**
 * @throws NumericalError at the first image with a feature that is not finite; `start` is the
 * first image's place among all
 */
function finiteFeatures(
  name: string,
  features: Awaited<ReturnType<Executable["run"]>>[string] | undefined,
  start: number,
): Tensor {
  if (features?.dtype !== "float32")
    throw new NumericalError(
      `The backend gave ${features?.dtype ?? "nothing"} for ${name}, where float32 was asked.`,
    );
  const count = features.dims[0] ?? 0;
  for (let row = 0; row < count; row++) {
    if (rows(features, row, row + 1).data.every(Number.isFinite)) continue;
    throw new NumericalError(
      `Image ${start + row} has features (${name}) that are not finite. Check the weights, or use another execution provider.`,
    );
  }
  return features;
}

/** @throws WeightsError where the file holds none of the variants, or another than was asked for */
function variantOf(
  checkpoint: WeightSource,
  file: string,
  asked: InceptionVariant | undefined,
): InceptionVariant {
  const found = inceptionVariantOf(checkpoint, file);
  if (asked === undefined || asked === found) return found;
  throw new WeightsError({
    file,
    reason: `this is Inception-v3 of the variant ${JSON.stringify(found)}, and ${JSON.stringify(asked)} was asked for`,
    advice: "Give the other file, or leave out the variant.",
  });
}

/** What to call the file in messages. */
function labelOf(file: WeightFile): string {
  if (typeof file === "string") return file;
  return file instanceof Blob && "name" in file && typeof file.name === "string"
    ? file.name
    : "the given weights";
}
