import type { Tensor } from "@glissade/core";
import { philoxGenerator } from "@glissade/core/random";
import { computedWeights, type Graph, sizeOf, tensor, type WeightSource } from "@glissade/graph";

/**
 * Random weights for a graph's parameters: speed does not depend on the values as long as they are
 * ordinary numbers.
 */
export function randomWeights(graph: Graph): WeightSource {
  return computedWeights(
    graph.parameters.map(({ name, dims }) => [name, dims]),
    (_name, dims) => scaledNoise(dims),
  );
}

/**
 * One block of noise over and over: a generator for every one of 385 million values would take
 * longer than the measurement.
 */
export function scaledNoise(dims: readonly number[]): Tensor {
  const scale = 1 / Math.sqrt(sizeOf(dims.slice(1)));
  const weights = tensor(dims);
  for (let i = 0; i < weights.data.length; i++)
    weights.data[i] = scale * (block[i % block.length] as number);
  return weights;
}

const block = philoxGenerator(0)
  .rand([4099])
  .data.map((value) => 2 * value - 1);
