export { type ArrayData, dataFromArrays } from "./data-from-arrays.ts";
export { decodeImageFile } from "./decode-image-file.ts";
export type { CaptionChoice } from "./draw-example.ts";
export { type ImageTextDataOptions, openImageTextData } from "./image-text-data.ts";
export {
  type DataModule,
  type DataModuleOptions,
  type OpenTrainingDataOptions,
  openTrainingData,
} from "./open-training-data.ts";
export type { SkippedFile, TrainingBatch, TrainingData } from "./training-data.ts";
export { TrainingDataError } from "./training-data-error.ts";
