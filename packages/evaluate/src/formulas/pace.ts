/** How long a computation may keep the thread, in milliseconds. */
const longest = 30;

/**
 * A pause to be awaited inside long loops: now and then it gives the thread free, so that an abort
 * is heard and a page stays alive.
 *
 * @throws the signal's reason where aborted
 */
export function pace(signal: AbortSignal | undefined): () => Promise<void> | undefined {
  signal?.throwIfAborted();
  let since = performance.now();
  return () => {
    if (performance.now() - since < longest) return undefined;
    return new Promise<void>((resolve) => setTimeout(resolve)).then(() => {
      signal?.throwIfAborted();
      since = performance.now();
    });
  };
}
