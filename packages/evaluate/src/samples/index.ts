export { type Images, type OpenImagesOptions, openImages } from "./images.ts";
export { type NpzImages, openNpz, type WriteNpzOptions, writeNpz } from "./npz.ts";
export { SampleFileError } from "./sample-file-error.ts";
