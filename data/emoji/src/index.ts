export { defaultDataFolder, readRecords } from "./data-folder.ts";
export { defaultWeights, type EmojiData, type EmojiDataOptions, type Example, type ExampleSplit, exampleSplits, openEmojiData } from "./emoji-data.ts";
export { DataFolderError, SourceError } from "./errors.ts";
export { type HeldOutExample, type HeldOutOptions, heldOutExamples } from "./held-out-examples.ts";
export type { PictureKind, PictureRecord } from "./picture-record.ts";
export { loadPictures, type PictureStore } from "./picture-store.ts";
export { type Thing, thingNamed, things } from "./things.ts";
export { type CaptionOptions, trainingCaptions } from "./training-captions.ts";
