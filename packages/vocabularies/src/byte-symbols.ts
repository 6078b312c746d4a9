/**
 * The character that stands for each byte in a byte-level vocabulary: printable ones for
 * themselves, the others from U+0100 on (a space is "Ġ").
 */
export const byteSymbols: readonly string[] = (() => {
  const isPrintable = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte !== 173);
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCharCode(isPrintable(byte) ? byte : next++),
  );
})();

/** The same in the order of their ids: those that stand for themselves first. */
export const firstTokens: readonly string[] = [...byteSymbols].sort(
  (a, b) => a.charCodeAt(0) - b.charCodeAt(0),
);
