export { mt19937 } from "./mt19937.ts";
export {
  type BatchNoiseOptions,
  batchNoise,
  type MakeGenerator,
  type NoiseSource,
  perImageNoise,
} from "./noise-streams.ts";
export { type PhiloxCounter, type PhiloxKey, philox4x32, philoxGenerator } from "./philox.ts";
export type { RandomGenerator } from "./random-generator.ts";
export { assertSeed, imageSeeds, randomSeed } from "./seed.ts";
export { type TorchGenerator, torchGenerator } from "./torch-generator.ts";
