/**
 * Turns text into the numbers of a vocabulary and back. Each family of networks has its own:
 * `glideTokenizer`, `clipTokenizer`.
 */
export interface Tokenizer {
  /** Number of tokens; ids lie in `0 .. vocabularySize - 1`. */
  readonly vocabularySize: number;
  /** Length of a padded row: the number of positions that the network was built for. */
  readonly contextLength: number;
  /**
   * The text's token ids, without padding and of any length.
   *
   * @throws InvalidArgumentError where the text is no string, is longer than `maximumTextLength`,
   * or holds half a surrogate pair.
   */
  encode(text: string): number[];
  /**
   * The text of token ids; bytes that are not valid UTF-8 become U+FFFD. @throws
   * InvalidArgumentError where an id is not in the vocabulary.
   */
  decode(ids: Iterable<number>): string;
}
