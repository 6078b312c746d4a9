/*
 * Byte-level vocabularies write each byte as one printable character, so that a token is readable text in a file: the printable bytes of Latin-1
 * stand for themselves, the 68 others are numbered on from U+0100 (a space is "Ġ"). Radford et al. 2019, section 2.2.
 */
const isPrintable = (byte: number) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte !== 173);
const bytes = Array.from({ length: 256 }, (_, byte) => byte);
const others = bytes.filter((byte) => !isPrintable(byte));

/** The character that stands for each byte: `byteSymbols[32]` is `"Ġ"`. */
export const byteSymbols: readonly string[] = bytes.map((byte) =>
  String.fromCharCode(isPrintable(byte) ? byte : 256 + others.indexOf(byte)),
);

const byteOfSymbol = new Map(byteSymbols.map((symbol, byte) => [symbol, byte]));
const encoder = new TextEncoder();
// A byte-order mark is text here, and bytes that are no UTF-8 become U+FFFD.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The UTF-8 bytes of a text, one symbol each. */
export function symbolsFromText(text: string): string {
  let symbols = "";
  for (const byte of encoder.encode(text)) symbols += byteSymbols[byte];
  return symbols;
}

/** The reverse of `symbolsFromText`; a character that stands for no byte becomes U+FFFD. */
export function textFromSymbols(symbols: string): string {
  return decoder.decode(Uint8Array.from(symbols, (symbol) => byteOfSymbol.get(symbol) ?? 0xff));
}
