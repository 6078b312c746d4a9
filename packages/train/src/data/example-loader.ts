import type { KeptPart } from "./decode-image.ts";
import type { DecodedExample } from "./decode-messages.ts";
import { DecodePool } from "./decode-pool.ts";
import type { ListedExample } from "./listing.ts";

interface LoaderOptions {
  readonly side: number;
  readonly keep: KeptPart;
  readonly workers: number;
  readonly cacheBytes: number;
  /** Called once an example that turns out to be of no use. */
  onUnusable(example: ListedExample, reason: string): void;
}

/**
 * Examples by their number in the listing, decoded when they are first asked for and then kept, as
 * far as memory allows.
 */
export class ExampleLoader {
  readonly #examples: readonly ListedExample[];
  readonly #options: LoaderOptions;
  readonly #pool: DecodePool;
  readonly #unusable = new Set<number>();
  readonly #loading = new Map<number, Promise<DecodedExample | undefined>>();
  /**
   * Filled once and left so: in a stream where each epoch has its own order, that is hit as often
   * as anything that evicts, and evicts nothing.
   */
  readonly #cache = new Map<number, DecodedExample>();
  #cachedBytes = 0;

  constructor(examples: readonly ListedExample[], options: LoaderOptions) {
    this.#examples = examples;
    this.#options = options;
    this.#pool = new DecodePool(options.workers);
  }

  /** Nothing that was listed can be used. */
  get isExhausted(): boolean {
    return this.#unusable.size === this.#examples.length;
  }

  /** `undefined` where the example cannot be used. */
  async load(index: number): Promise<DecodedExample | undefined> {
    if (this.#unusable.has(index)) return undefined;
    const cached = this.#cache.get(index);
    if (cached) return cached;
    let loading = this.#loading.get(index);
    if (!loading) {
      loading = this.#decode(index).finally(() => this.#loading.delete(index));
      this.#loading.set(index, loading);
    }
    return loading;
  }

  async dispose(): Promise<void> {
    this.#cache.clear();
    await this.#pool.dispose();
  }

  async #decode(index: number): Promise<DecodedExample | undefined> {
    const listed = this.#examples[index] as ListedExample;
    const { side, keep } = this.#options;
    const reply = await this.#pool.decode({
      image: listed.image,
      captions: listed.captions,
      side,
      keep,
    });
    if ("unusable" in reply) {
      this.#unusable.add(index);
      this.#options.onUnusable(listed, reply.unusable);
      return undefined;
    }
    const { example } = reply;
    const bytes =
      example.image.data.length +
      example.captions.reduce((sum, caption) => sum + 2 * caption.length, 0);
    if (this.#cachedBytes + bytes <= this.#options.cacheBytes) {
      this.#cache.set(index, example);
      this.#cachedBytes += bytes;
    }
    return example;
  }
}
