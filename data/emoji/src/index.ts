export { defaultDataFolder, readRecords } from "./data-folder.ts";
export {
  defaultWeights,
  type EmojiData,
  type EmojiDataOptions,
  type Example,
  type ExampleSplit,
  exampleSplits,
  openEmojiData,
} from "./emoji-data.ts";
export { DataFolderError, SourceError } from "./errors.ts";
export {
  type HeldOutExample,
  type HeldOutOptions,
  type HeldOutThing,
  type HeldOutThingOptions,
  heldOutExamples,
  heldOutThings,
} from "./held-out-examples.ts";
export type { PictureKind, PictureRecord } from "./picture-record.ts";
export { loadPictures, type PictureStore } from "./picture-store.ts";
export { openThingData, type ThingData, type ThingDataOptions } from "./thing-data.ts";
export type { ThingExample } from "./thing-examples.ts";
export { type ThingSplit, thingSplits } from "./thing-splits.ts";
export { type Thing, type ThingGroup, thingNamed, things } from "./things.ts";
export { type CaptionOptions, trainingCaptions } from "./training-captions.ts";
