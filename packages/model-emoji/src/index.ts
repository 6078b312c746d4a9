/**
 * The model that ships with Glissade: a small GLIDE base model of 32x32 pixels, trained on captioned emoji pictures. Give it to `loadGlide`, in Node and in
 * bundlers alike.
 *
 * @example
 * ```ts
 * const glide = await loadGlide(emoji, { backend: onnx() });
 * ```
 */
export const emoji = { url: new URL("../model/", import.meta.url) };
