import { type Tensor, WeightsError } from "@glissade/core";
import {
  computedWeights,
  type Graph,
  readTensor,
  tensor,
  toFloat32,
  type WeightSource,
} from "@glissade/graph";
import {
  type InceptionVariant,
  inceptionClasses,
  inceptionDimensions,
  inceptionVariants,
} from "./inception-graph.ts";

/** Added to a variance, in every batch normalisation of both variants. */
const epsilon = 1e-3;

const expectation =
  "Inception-v3's weights are expected, as .pth or .safetensors: those of FID, with 1008 classes (pt_inception-2015-12-05-6726825d.pth of pytorch-fid, or " +
  "weights-inception-2015-12-05-6726825d.pth of torch-fidelity), or torchvision's, with 1000 (inception_v3_google-0cc3c7bd.pth).";

/**
 * Which Inception-v3 a file holds, by the shape of its last layer.
 *
 * @throws WeightsError where it holds none of them
 */
export function inceptionVariantOf(weights: WeightSource, file: string): InceptionVariant {
  const last = weights.describe("fc.weight");
  const found = inceptionVariants.find((variant) =>
    sameDims(last?.dims, [inceptionClasses(variant), inceptionDimensions.pooled]),
  );
  if (found) return found;
  const reason = last
    ? `fc.weight has the shape [${last.dims.join(", ")}]`
    : "there is no fc.weight";
  throw new WeightsError({
    file,
    reason: `this is no Inception-v3 that is known here: ${reason}`,
    advice: expectation,
  });
}

/**
 * The weights of Inception's graph, made of a checkpoint's when they are read: each batch
 * normalisation is a scale and a shift for every channel, which the convolution before it takes
 * over. Computed in float64, rounded once to float32.
 *
 * `dispose` disposes of the checkpoint's.
 *
 * @throws WeightsError where the checkpoint lacks a weight that the graph needs, or has it in
 * another shape
 */
export function foldedInceptionWeights(
  graph: Graph,
  checkpoint: WeightSource,
  file: string,
): WeightSource {
  const shapes = graph.parameters.map(({ name, dims }) => [name, dims] as const);
  for (const [name, dims] of shapes) assertStored(name, dims, checkpoint, file);
  return {
    ...computedWeights(shapes, (name, dims) => foldedWeight(name, dims, checkpoint)),
    dispose: () => checkpoint.dispose(),
  };
}

async function foldedWeight(
  name: string,
  dims: readonly number[],
  checkpoint: WeightSource,
): Promise<Tensor> {
  const stored = async (source: string) => toFloat32(await readTensor(checkpoint, source));
  if (name.startsWith("fc.")) return tensor(dims, await stored(name));
  const layer = layerOf(name);
  const [gamma, variance] = [
    await stored(`${layer}.bn.weight`),
    await stored(`${layer}.bn.running_var`),
  ];
  const scales = Float64Array.from(
    gamma,
    (value, channel) => value / Math.sqrt((variance[channel] as number) + epsilon),
  );
  if (name.endsWith(".bias")) {
    const [beta, mean] = [
      await stored(`${layer}.bn.bias`),
      await stored(`${layer}.bn.running_mean`),
    ];
    return tensor(
      dims,
      Float32Array.from(
        beta,
        (value, channel) => value - (mean[channel] as number) * (scales[channel] as number),
      ),
    );
  }
  const weight = await stored(`${layer}.conv.weight`);
  const size = weight.length / scales.length;
  return tensor(
    dims,
    weight.map((value, i) => value * (scales[Math.floor(i / size)] as number)),
  );
}

/** The names in the checkpoint that a weight of the graph is made of, with their shapes. */
function sourcesOf(
  name: string,
  dims: readonly number[],
): readonly (readonly [name: string, dims: readonly number[]])[] {
  if (name.startsWith("fc.")) return [[name, dims]];
  const layer = layerOf(name);
  const channels = dims.slice(0, 1);
  if (name.endsWith(".weight")) return [[`${layer}.conv.weight`, dims]];
  return ["weight", "bias", "running_mean", "running_var"].map(
    (part) => [`${layer}.bn.${part}`, channels] as const,
  );
}

function layerOf(name: string): string {
  return name.slice(0, name.lastIndexOf("."));
}

function assertStored(
  name: string,
  dims: readonly number[],
  checkpoint: WeightSource,
  file: string,
): void {
  for (const [source, expected] of sourcesOf(name, dims)) {
    const found = checkpoint.describe(source);
    if (sameDims(found?.dims, expected)) continue;
    const shape = `[${expected.join(", ")}]`;
    const reason = found
      ? `it has the shape [${found.dims.join(", ")}] where Inception-v3 has ${shape}`
      : `Inception-v3 has it, of shape ${shape}, and it is missing`;
    throw new WeightsError({ file, tensor: source, reason, advice: expectation });
  }
}

function sameDims(a: readonly number[] | undefined, b: readonly number[]): boolean {
  return a?.length === b.length && a.every((dim, axis) => dim === b[axis]);
}
