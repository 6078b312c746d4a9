export {
  type AdmClassifierGraphOptions,
  admClassifier,
  admClassifierGraph,
  admClassifierGuidanceGraph,
  admClassifierLossGraph,
} from "./adm/classifier.ts";
export {
  type AdmClassifierConfig,
  type AdmConfig,
  type AdmShape,
  admClassifierDefaults,
  admDefaults,
  parseAdmClassifierConfig,
  parseAdmConfig,
} from "./adm/config.ts";
export { type AdmGraphOptions, admGraph } from "./adm/unet.ts";
export { bilinearResize, type ImageSize } from "./bilinear-resize.ts";
export { attentionPool } from "./clip/attention-pool.ts";
export {
  type ClipConfig,
  type ClipImageConfig,
  type ClipTextConfig,
  type ClipTransformerShape,
  glideClip,
  parseClipConfig,
} from "./clip/config.ts";
export {
  type ClipContrastiveGraphOptions,
  clipContrastiveGraph,
  clipContrastiveLoss,
  clipGuidanceGraph,
  clipImageGraph,
  clipTextGraph,
} from "./clip/graphs.ts";
export { clipPrefix, clipThroughUNetGraph } from "./clip/through-unet.ts";
export {
  type ClipTowerOptions,
  clipImageTower,
  clipTextTower,
  normalizeEmbedding,
} from "./clip/towers.ts";
export { clipTransformerBlock } from "./clip/transformer-block.ts";
export {
  crossEntropy,
  labelLogProbability,
  logSoftmax,
  logSumExp,
  meanOverBatch,
  oneHot,
} from "./cross-entropy.ts";
export { convolution, groupNorm, layerNorm, linear, pointwise } from "./layers.ts";
export {
  glideBase,
  glideUpsampler,
  parseTextToImageConfig,
  type TextToImageConfig,
} from "./text-to-image/config.ts";
export {
  type ImageConditions,
  type TextToImageGraphOptions,
  textGraph,
  textKvName,
  textToImageGraph,
  textToImageNetwork,
  type WholeNetworkInputs,
  wholeGraph,
} from "./text-to-image/network.ts";
export {
  type TextTransformerConfig,
  textTransformer,
  transformerBlock,
} from "./text-to-image/text-transformer.ts";
export {
  attention,
  glideAttention,
  type QueryKeyValue,
  splitHeadsFirst,
  splitQkvFirst,
} from "./unet/attention.ts";
export {
  type AttentionBlockOptions,
  attentionBlock,
  type ResidualBlockOptions,
  resample,
  residualBlock,
  textKeysAndValues,
} from "./unet/blocks.ts";
export { timestepEmbedding } from "./unet/timestep-embedding.ts";
