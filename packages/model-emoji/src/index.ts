import { files } from "./files.ts";

/**
 * The model that ships with Glissade: a small GLIDE of 32x32 pixels and its upsampler to 128,
 * trained on captioned emoji images. Give it to `loadGlide`, in Node and in bundlers alike: it
 * lists every file with its address, length and SHA-256, so that bundlers ship the files and what a
 * browser loads is checked.
 *
 * @example
 * ```ts
 * const glide = await loadGlide(emoji, { backend: onnx() });
 * ```
 */
export const emoji = { label: "@glissade/model-emoji", files };
