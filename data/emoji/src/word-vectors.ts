import { readSafetensors, type WeightFile, writeSafetensors } from "@glissade/core/weights";
import { typedTensor } from "@glissade/graph";

/** Words and the directions of their vectors, each of length 1. */
export interface WordVectors {
  readonly words: readonly string[];
  readonly dimensions: number;
  vectorOf(word: string): Float32Array | undefined;
  /**
   * Of the tokens of the tokenizer that the file was written for: those that are a word with a
   * vector.
   */
  readonly tokenWords: ReadonlyMap<number, string>;
}

export interface WritableWordVectors {
  readonly words: readonly string[];
  readonly vectors: readonly (readonly number[])[];
  /** Word of a token, by its id. */
  readonly tokenWords: ReadonlyMap<number, string>;
  /** Where the vectors are from, and under which licence. */
  readonly source: string;
}

/**
 * Writes words with their vectors as a `.safetensors` file: `vectors`, int8 [words, dimensions],
 * times `scales`, float32 [words], have length 1; `tokens` and `rows`, int32, say which token is
 * which word. The words are in the metadata, one a line.
 */
export async function writeWordVectors(
  path: string,
  { words, vectors, tokenWords, source }: WritableWordVectors,
): Promise<void> {
  const dimensions = vectors[0]?.length ?? 0;
  const quantized = new Int8Array(words.length * dimensions);
  const scales = new Float32Array(words.length);
  for (const [row, vector] of vectors.entries()) {
    const length = Math.hypot(...vector) || 1;
    const step = Math.max(...vector.map(Math.abs)) / 127 || 1;
    for (const [column, value] of vector.entries())
      quantized[row * dimensions + column] = Math.round(value / step);
    scales[row] = step / length;
  }
  const rowOf = new Map(words.map((word, row) => [word, row]));
  const tokens = [...tokenWords].flatMap(([token, word]) => {
    const row = rowOf.get(word);
    return row === undefined ? [] : [[token, row] as const];
  });
  await writeSafetensors(
    path,
    {
      vectors: typedTensor("int8", [words.length, dimensions], quantized),
      scales: typedTensor("float32", [words.length], scales),
      tokens: typedTensor(
        "int32",
        [tokens.length],
        Int32Array.from(tokens, ([token]) => token),
      ),
      rows: typedTensor(
        "int32",
        [tokens.length],
        Int32Array.from(tokens, ([, row]) => row),
      ),
    },
    { metadata: { words: words.join("\n"), source } },
  );
}

/** Reads what `writeWordVectors` wrote. */
export async function readWordVectors(file: WeightFile): Promise<WordVectors> {
  const { tensors, metadata } = await readSafetensors(file);
  const words = (metadata.words ?? "").split("\n");
  const numbers = (name: string) => {
    const tensor = tensors.get(name);
    if (!tensor) throw new Error(`the word vectors lack ${name}`);
    return Float32Array.from(tensor.data, Number);
  };
  const [values, scales] = [numbers("vectors"), numbers("scales")];
  const dimensions = values.length / words.length;
  for (let at = 0; at < values.length; at++)
    values[at] = (values[at] as number) * (scales[Math.floor(at / dimensions)] as number);
  const rowOf = new Map(words.map((word, row) => [word, row]));
  const rows = numbers("rows");
  return {
    words,
    dimensions,
    vectorOf(word) {
      const row = rowOf.get(word);
      return row === undefined
        ? undefined
        : values.subarray(row * dimensions, (row + 1) * dimensions);
    },
    tokenWords: new Map(
      [...numbers("tokens")].map((token, at) => [token, words[rows[at] ?? 0] ?? ""]),
    ),
  };
}
