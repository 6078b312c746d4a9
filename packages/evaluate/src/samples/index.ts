export { type NpzPictures, openNpz, type WriteNpzOptions, writeNpz } from "./npz.ts";
export { type OpenPicturesOptions, openPictures, type Pictures } from "./pictures.ts";
export { SampleFileError } from "./sample-file-error.ts";
