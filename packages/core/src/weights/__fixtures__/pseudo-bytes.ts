/** The content of a file of the faulty server: the same for the same seed, in Node and in a browser. */
export function pseudoBytes(size: number, seed = 1): Uint8Array<ArrayBuffer> {
  let state = seed;
  return Uint8Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}
