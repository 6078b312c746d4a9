import { computedWeights, sizeOf, type WeightSource } from "@glissade/graph";
import { type RgbImage, rgbImage, type Tensor } from "@glissade/core";
import { formulaValues } from "@glissade/graph/testing";
import { inceptionGraph, type InceptionVariant } from "../inception-graph.ts";

/**
 * Every weight of a checkpoint of Inception-v3, by a formula of its name: no file holds them, and
 * the activations stay of order 1.
 */
export function formulaInception(variant: InceptionVariant, { without = "" }: { without?: string } = {}): WeightSource {
  const shapes = checkpointShapes(variant).filter(([name]) => name !== without);
  return computedWeights(shapes, formulaWeight);
}

/** Names and shapes in the checkpoint. */
export function checkpointShapes(variant: InceptionVariant): [name: string, dims: readonly number[]][] {
  const layers = inceptionGraph(variant).parameters.filter(({ name }) => name.endsWith(".weight") && !name.startsWith("fc."));
  const classes = variant === "fid" ? 1008 : 1000;
  return [
    ...layers.flatMap(({ name, dims }): [string, readonly number[]][] => {
      const layer = name.slice(0, -".weight".length);
      const normalisation = ["weight", "bias", "running_mean", "running_var"].map((part): [string, readonly number[]] => [`${layer}.bn.${part}`, dims.slice(0, 1)]);
      return [[`${layer}.conv.weight`, dims], ...normalisation];
    }),
    ["fc.weight", [classes, 2048]],
    ["fc.bias", [classes]],
  ];
}

/** An image of triangle waves in whole numbers, so that every language makes the same. */
export function formulaImage(width: number, height: number, kind: number): RgbImage {
  const image = rgbImage(width, height);
  for (let i = 0; i < image.data.length; i++) {
    const channel = i % 3;
    const x = Math.floor(i / 3) % width;
    const y = Math.floor(i / 3 / width);
    const phase = x * (2 + channel + kind) + y * (3 - channel + 2 * kind) + ((x * y) >> (5 + kind)) + 40 * channel;
    image.data[i] = Math.min(255, Math.abs((phase & 511) - 256));
  }
  return image;
}

function formulaWeight(name: string, dims: readonly number[]): Tensor {
  return formulaValues(name, dims, scaling(name, dims));
}

function scaling(name: string, dims: readonly number[]): { scale: number; offset: number } {
  if (name === "fc.weight") return { scale: 0.015, offset: 0 };
  if (name === "fc.bias") return { scale: 4, offset: 0 };
  if (name.endsWith("bn.weight") || name.endsWith("running_var")) return { scale: 1, offset: 1 };
  return { scale: dims.length === 1 ? 1 : Math.sqrt(24 / sizeOf(dims.slice(1))), offset: 0 };
}
