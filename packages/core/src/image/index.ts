export { type ContactSheetOptions, contactSheet, enlarge } from "./contact-sheet.ts";
export { extendCanvas, type Margins } from "./extend-canvas.ts";
export { ImageError } from "./image-error.ts";
export { assertMask, blendByMask, type Mask, maskFromAlpha, maskFromImage } from "./mask.ts";
export {
  imagesFromTensor,
  type PixelRounding,
  quantizeLowResolution,
  showImages,
  tensorFromImages,
} from "./pixels.ts";
export {
  type DecodedPng,
  type DecodePngOptions,
  decodePng,
  type EncodePngOptions,
  encodePng,
  maximumPixels,
} from "./png.ts";
export {
  type AxisWeights,
  antialiasedWeights,
  bilinearWeights,
  cubic,
  type ResamplingFilter,
} from "./resampling-weights.ts";
export {
  averagePool,
  type ResizeMethod,
  resize,
  resizeNearest,
  resizeWith,
  type TensorSize,
} from "./resize.ts";
export { centerCrop, type PilFilter, readImage, resizePil } from "./resize-pil.ts";
export { type Rgb, type RgbImage, rgbaFromRgb, rgbFromRgba, rgbImage } from "./rgb-image.ts";
