import { sha256 } from "@noble/hashes/sha2";
import { bytesToHex } from "@noble/hashes/utils";
import { type ByteSource, bytesSource } from "../bytes/byte-source.ts";
import { GrowingBytes } from "../bytes/growing-bytes.ts";
import type { FileVersion, PendingModelFile } from "./cache/model-cache.ts";
import { chunksOf, openContent } from "./cache/stored-content.ts";
import type { CacheSlot } from "./cache-slot.ts";

/** What is stored at once. A page that is closed loses no more than this. */
const partBytes = 8 * 2 ** 20;

/** What was stored of a file is gone: it has to begin anew. */
export class LostBytesError extends Error {}

/**
 * A file as far as it has arrived: in parts in a cache where there is one with room for it, else in
 * memory.
 */
export class ArrivingFile {
  length = 0;
  /** Of what arrived, for comparison when more is asked for. */
  version: FileVersion = {};
  /** Whether it was put together from several answers. */
  isJoined = false;
  #hash = sha256.create();
  #pending: PendingModelFile | undefined;
  /** What is not in the cache: the latest part, or all. */
  readonly #memory = new GrowingBytes();
  readonly #slot: CacheSlot | undefined;
  readonly #label: string;

  constructor(label: string, slot: CacheSlot | undefined) {
    this.#label = label;
    this.#slot = slot;
  }

  /** Goes on with what an earlier load left in the cache. */
  async resume(): Promise<void> {
    const pending = await this.#slot?.resume();
    const stored = pending && (await this.#slot?.attempt(() => pending.read()));
    if (!pending || !stored || stored.size === 0) return;
    for await (const chunk of chunksOf(stored, this.#label)) this.#hash.update(chunk);
    this.#pending = pending;
    this.length = stored.size;
    this.version = pending.version;
    this.isJoined = true;
  }

  /** Forgets what arrived, in the cache too. */
  async forget(): Promise<void> {
    this.length = 0;
    this.version = {};
    this.isJoined = false;
    this.#hash = sha256.create();
    this.#memory.clear();
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending) await this.#slot?.attempt(() => pending.discard());
  }

  async begin(version: FileVersion): Promise<void> {
    await this.forget();
    this.version = version;
    this.#pending = await this.#slot?.begin(version);
    if (!this.#pending) this.#memory.reserve(version.totalBytes ?? 0);
  }

  /** @throws LostBytesError @throws RangeError where there is not so much memory */
  async append(chunk: Uint8Array): Promise<void> {
    this.#hash.update(chunk);
    this.length += chunk.length;
    for (let rest = chunk; rest.length > 0; ) {
      const taken = this.#pending ? rest.subarray(0, partBytes - this.#memory.length) : rest;
      this.#memory.append(taken);
      rest = rest.subarray(taken.length);
      if (this.#pending && this.#memory.length === partBytes) await this.store();
    }
  }

  /** Stores what is in memory, so that a later load goes on from here. @throws LostBytesError */
  async store(): Promise<void> {
    const pending = this.#pending;
    if (!pending || this.#memory.length === 0) return;
    if (await this.#slot?.attempt(() => pending.append(this.#memory.bytes()))) this.#memory.clear();
    else await this.#leaveCache(pending);
  }

  /** All that arrived, which becomes visible in the cache. @throws LostBytesError */
  async finish(): Promise<ByteSource> {
    await this.store();
    const pending = this.#pending;
    if (!pending) return bytesSource(this.#memory.bytes(), this.#label);
    const whole = await this.#slot?.attempt(() => pending.finish());
    if (whole?.size === this.length) return openContent(whole, this.#label);
    await this.#leaveCache(pending);
    return bytesSource(this.#memory.bytes(), this.#label);
  }

  /** In hex. */
  sha256(): string {
    return bytesToHex(this.#hash.clone().digest());
  }

  /** Takes back into memory what the cache holds, and goes on there. */
  async #leaveCache(pending: PendingModelFile): Promise<void> {
    this.#slot?.giveUp();
    const stored = await this.#allOf(pending).catch(() => undefined);
    this.#pending = undefined;
    await pending.discard().catch(() => {}); // the cache may have failed
    const tail = this.#memory.bytes().slice();
    this.#memory.clear();
    if (stored?.length !== this.length - tail.length) throw new LostBytesError();
    this.#memory.append(stored);
    this.#memory.append(tail);
  }

  async #allOf(pending: PendingModelFile): Promise<Uint8Array> {
    const content = await openContent(await pending.read(), this.#label);
    try {
      return await content.read(0, content.size);
    } finally {
      await content.close();
    }
  }
}
