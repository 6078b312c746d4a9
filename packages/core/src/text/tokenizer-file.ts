import { InvalidArgumentError } from "@glissade/graph";
import { byteSymbols } from "./byte-symbols.ts";

/**
 * The parts of a Hugging Face `tokenizer.json` that a byte-level byte-pair encoder needs; others
 * are kept and ignored.
 */
export interface TokenizerFile {
  /** Tokens that no merge makes, such as `<|endoftext|>`. */
  readonly added_tokens?: readonly { readonly id: number; readonly content: string }[];
  /** What happens to text before it is split, e.g. `{ type: "Lowercase" }`. */
  readonly normalizer?: object | null;
  readonly model: {
    readonly type: "BPE";
    /** Token to id. Bytes are written as `byteSymbols` has them. */
    readonly vocab: Readonly<Record<string, number>>;
    /** Pairs in order of priority, `["a", "b"]` or `"a b"`. */
    readonly merges: readonly (string | readonly [string, string])[];
    /** `"</w>"` in CLIP's vocabulary, where a token knows whether it ends a word. */
    readonly end_of_word_suffix?: string | null;
  };
}

/** Checks parsed JSON. @throws InvalidArgumentError that says which part is missing or wrong. */
export function readTokenizerFile(json: unknown): TokenizerFile {
  if (!isRecord(json)) throw invalid(json, "the parsed contents of a tokenizer.json file");
  const { model, normalizer, added_tokens } = json;
  if (!isRecord(model) || model.type !== "BPE")
    throw invalid(isRecord(model) ? model.type : model, 'a file whose model.type is "BPE"');
  const { vocab, merges, end_of_word_suffix: suffix } = model;
  if (!isVocabulary(vocab))
    throw invalid(vocab, "model.vocab to be an object from token to id, a whole number from 0");
  if (!Array.isArray(merges) || !merges.every(isMerge))
    throw invalid(merges, 'model.merges to be a list of "a b" or ["a", "b"]');
  if (suffix !== undefined && suffix !== null && typeof suffix !== "string")
    throw invalid(suffix, "model.end_of_word_suffix to be a string or null");
  if (normalizer !== undefined && normalizer !== null && !isRecord(normalizer))
    throw invalid(normalizer, "normalizer to be an object or null");
  if (
    added_tokens !== undefined &&
    !(Array.isArray(added_tokens) && added_tokens.every(isAddedToken))
  ) {
    throw invalid(added_tokens, "added_tokens to be a list of { id, content }");
  }
  assertComplete(vocab, merges, suffix ?? "");
  return {
    added_tokens: added_tokens ?? [],
    normalizer: normalizer ?? null,
    model: { type: "BPE", vocab, merges, end_of_word_suffix: suffix || null },
  };
}

/** One more than the largest id. */
export function vocabularySizeOf({ model, added_tokens = [] }: TokenizerFile): number {
  let largest = -1;
  for (const id of Object.values(model.vocab)) largest = Math.max(largest, id);
  for (const { id } of added_tokens) largest = Math.max(largest, id);
  return largest + 1;
}

/**
 * Every byte needs a token and every merge must lead to one: otherwise text would be lost without a
 * word.
 */
function assertComplete(
  vocab: Readonly<Record<string, number>>,
  merges: readonly (string | readonly [string, string])[],
  suffix: string,
): void {
  for (const symbol of byteSymbols) {
    for (const token of suffix ? [symbol, symbol + suffix] : [symbol]) {
      if (!Object.hasOwn(vocab, token))
        throw invalid(
          `a file without the token ${JSON.stringify(token)}`,
          "a byte-level vocabulary: a token for each of the 256 bytes",
        );
    }
  }
  for (const merge of merges) {
    const token = typeof merge === "string" ? merge.replace(" ", "") : merge.join("");
    if (!Object.hasOwn(vocab, token))
      throw invalid(
        `a merge into ${JSON.stringify(token)}`,
        "every merge to make a token of model.vocab",
      );
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isVocabulary(value: unknown): value is Record<string, number> {
  return isRecord(value) && Object.values(value).every(isId);
}

function isMerge(value: unknown): value is string | [string, string] {
  if (typeof value === "string") return value.split(" ").length === 2;
  return (
    Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === "string")
  );
}

function isAddedToken(value: unknown): value is { id: number; content: string } {
  return isRecord(value) && isId(value.id) && typeof value.content === "string";
}

function isId(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function invalid(received: unknown, expected: string): InvalidArgumentError {
  return new InvalidArgumentError({ argument: "tokenizer", received, expected });
}
