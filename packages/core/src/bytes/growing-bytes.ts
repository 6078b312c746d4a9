/** Bytes in memory to which more are added. */
export class GrowingBytes {
  length = 0;
  #store = new Uint8Array(0);

  /** @throws RangeError where there is not so much memory. */
  reserve(capacity: number): void {
    if (capacity <= this.#store.length) return;
    const larger = new Uint8Array(capacity);
    larger.set(this.#store.subarray(0, this.length));
    this.#store = larger;
  }

  append(chunk: Uint8Array): void {
    const needed = this.length + chunk.length;
    if (needed > this.#store.length) this.reserve(Math.max(needed, 2 * this.#store.length));
    this.#store.set(chunk, this.length);
    this.length = needed;
  }

  /** What was added; it stays valid until more is. */
  bytes(): Uint8Array {
    return this.#store.subarray(0, this.length);
  }

  /** Keeps the memory. */
  clear(): void {
    this.length = 0;
  }
}
