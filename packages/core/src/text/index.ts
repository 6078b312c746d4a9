export { cleanText, fixText } from "./clean-text.ts";
export { type ClipTextInputs, clipTextInputs } from "./clip-text-inputs.ts";
export { type ClipTokenizer, type ClipTokenRow, clipTokenizer } from "./clip-tokenizer.ts";
export { type GlideTokenizer, type GlideTokenRow, glideTokenizer } from "./glide-tokenizer.ts";
export type { Tokenizer } from "./tokenizer.ts";
export type { TokenizerFile } from "./tokenizer-file.ts";
export { maximumTextLength } from "./tokenizer-input.ts";
