import { byteSymbols } from "../byte-symbols.ts";

/** A byte-level vocabulary with the ids of GPT-2's layout: bytes, merges, end token. */
export function tinyGlideFile(merges: [string, string][] = glideMerges) {
  const tokens = [...inIdOrder(), ...merges.map((pair) => pair.join("")), "<|endoftext|>"];
  return {
    added_tokens: [{ id: tokens.length - 1, content: "<|endoftext|>" }],
    normalizer: { type: "Lowercase" },
    model: { type: "BPE", vocab: idsOf(tokens), merges },
  };
}

/** The same in CLIP's layout: bytes, bytes that end a word, merges, start and end token. */
export function tinyClipFile() {
  const tokens = [...inIdOrder(), ...inIdOrder().map((symbol) => `${symbol}</w>`), ...clipMerges.map((pair) => pair.join("")), "<|startoftext|>", "<|endoftext|>"];
  return { model: { type: "BPE", vocab: idsOf(tokens), merges: clipMerges, end_of_word_suffix: "</w>" } };
}

const glideMerges: [string, string][] = [
  ["e", "d"],
  ["r", "ed"],
  ["Ġ", "red"],
  ["p", "p"],
];

const clipMerges: [string, string][] = [
  ["e", "d</w>"],
  ["r", "ed</w>"],
  ["Ã", "©"],
];

const inIdOrder = () => [...byteSymbols].sort((a, b) => a.charCodeAt(0) - b.charCodeAt(0));
const idsOf = (tokens: string[]) => Object.fromEntries(tokens.map((token, id) => [token, id]));
