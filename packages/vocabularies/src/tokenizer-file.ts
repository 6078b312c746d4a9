/**
 * The contents of a Hugging Face `tokenizer.json`, ready for `JSON.stringify`, for
 * `@glissade/core`'s tokenisers and for Hugging Face's own.
 */
export interface TokenizerFile {
  readonly version: string;
  readonly truncation: null;
  readonly padding: null;
  readonly added_tokens: readonly SpecialToken[];
  readonly normalizer: object;
  readonly pre_tokenizer: object;
  readonly post_processor: null;
  readonly decoder: object;
  readonly model: {
    readonly type: "BPE";
    /** Token to id. */
    readonly vocab: Readonly<Record<string, number>>;
    /** Pairs in order of priority. */
    readonly merges: readonly (readonly [string, string])[];
    readonly end_of_word_suffix: string | null;
  };
}

/** A token that no merge makes. */
export interface SpecialToken {
  readonly id: number;
  readonly content: string;
  readonly single_word: false;
  readonly lstrip: false;
  readonly rstrip: false;
  readonly normalized: false;
  readonly special: true;
}

export function specialToken(id: number, content: string): SpecialToken {
  return {
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  };
}

/** Reads a merge list as scripts/build.ts wrote it. `count` takes the first ones only. */
export async function readMerges(base64: string, count?: number): Promise<[string, string][]> {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const text = await new Response(
    new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")),
  ).text();
  return (
    text
      .split("\n")
      .slice(0, count)
      // a space never stands for itself in a byte-level vocabulary
      .map((line) => line.split(" ") as [string, string])
  );
}

/** An id for each token: its place in the list. */
export function vocabularyOf(tokens: readonly string[]): Record<string, number> {
  return Object.fromEntries(tokens.map((token, id) => [token, id]));
}
