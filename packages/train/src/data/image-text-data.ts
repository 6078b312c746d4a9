import { availableParallelism } from "node:os";
import { DisposedError, InvalidArgumentError, UnknownNameError } from "@glissade/core";
import { assertSeed } from "@glissade/core/random";
import { assertPositiveInteger } from "@glissade/graph";
import { abortable } from "../threads/abortable.ts";
import { assertBatchRange } from "./batch-range.ts";
import type { DecodedExample } from "./decode-messages.ts";
import { type CaptionChoice, type DrawOptions, drawBatch } from "./draw-example.ts";
import { ExampleLoader } from "./example-loader.ts";
import { plural } from "./image-folder.ts";
import { listExamples } from "./list-examples.ts";
import type { Listing } from "./listing.ts";
import { StreamOrder } from "./stream-order.ts";
import type { SkippedFile, TrainingBatch, TrainingData } from "./training-data.ts";
import { TrainingDataError } from "./training-data-error.ts";

/** More decoders than this wait for the disk, or for the network that trains. */
const maxDefaultWorkers = 8;

export interface ImageTextDataOptions {
  /** Side of the square images, in pixels. */
  readonly side: number;
  /** Of the order, the crops, the flips and the choice among captions. */
  readonly seed: number;
  /**
   * Flips every other image left to right, by chance. Default false: captions that say "left"
   * would lie.
   */
  readonly mirror?: boolean;
  /** Which square of a longer image: its middle (the default), or one drawn anew every time. */
  readonly crop?: "centre" | "random";
  /** What becomes of several captions, e.g. lines of a text file. Default `"random"`. */
  readonly captions?: CaptionChoice;
  /** Default true: every epoch in an order of its own. */
  readonly shuffle?: boolean;
  /** Threads that read and decode. Default: one less than the processor has, at most 8. */
  readonly workers?: number;
  /** How much of the decoded images stays in memory. Default 512. */
  readonly cacheMegabytes?: number;
  /** Stops the listing. */
  readonly signal?: AbortSignal;
}

/**
 * Images with captions from files: a folder (`a.png` with `a.txt` beside it, sub-folders too; or
 * with a `metadata.jsonl`), a manifest (`.jsonl`, lines `{"file": "a.png", "caption": "..."}`;
 * `file_name`, `image` and `text` do too), WebDataset shards (`.tar`; several, a folder of them, or
 * a pattern `shard-{000..012}.tar`). Lists names only; images are read when a batch needs them,
 * and the next batch's while this one is trained on.
 *
 * A file that cannot be used is passed over and named in `skipped`; the example after it in the
 * stream takes its place.
 *
 * @throws TrainingDataError where there is nothing to train on, InvalidArgumentError where an
 * option is out of range.
 * @example
 * ```ts
 * const data = await openImageTextData("images", { side: 64, seed: 0, mirror: true });
 * const { images, captions } = await data.batch(0, 32);
 * await data.dispose();
 * ```
 */
export async function openImageTextData(
  path: string | readonly string[],
  options: ImageTextDataOptions,
): Promise<TrainingData> {
  assertOptions(options);
  const paths = typeof path === "string" ? [path] : path;
  const listing = await listExamples(paths, { signal: options.signal });
  options.signal?.throwIfAborted();
  return new ImageTextData(paths.join(", "), listing, options);
}

/** A batch that is being loaded before it is asked for. */
interface Preparation {
  readonly start: number;
  readonly count: number;
  readonly controller: AbortController;
  readonly examples: Promise<DecodedExample[]>;
}

class ImageTextData implements TrainingData {
  readonly description: string;
  readonly size: number;
  readonly side: number;
  readonly #source: string;
  readonly #order: StreamOrder;
  readonly #draw: DrawOptions;
  readonly #loader: ExampleLoader;
  readonly #lanes: number;
  readonly #skipped = new Map<string, SkippedFile>();
  readonly #running = new Set<AbortController>();
  #disposed = false;
  #ahead: Preparation | undefined;

  constructor(source: string, { examples, skipped }: Listing, options: ImageTextDataOptions) {
    const {
      side,
      seed,
      mirror = false,
      captions = "random",
      shuffle = true,
      crop = "centre",
      cacheMegabytes = 512,
    } = options;
    const workers =
      options.workers ?? Math.min(maxDefaultWorkers, Math.max(1, availableParallelism() - 1));
    this.size = examples.length;
    this.side = side;
    this.description = `${source}: ${plural(examples.length, "image")} with captions, ${side}x${side}`;
    this.#source = source;
    this.#order = new StreamOrder({ size: examples.length, seed, shuffle });
    this.#draw = { side, mirror, captions };
    this.#lanes = 2 * workers; // one in work and one waiting for each
    for (const file of skipped) this.#skip(file);
    this.#loader = new ExampleLoader(examples, {
      side,
      keep: crop === "centre" ? "centre" : "strip",
      workers,
      cacheBytes: cacheMegabytes * 2 ** 20,
      onUnusable: ({ name }, reason) => this.#skip({ file: name, reason }),
    });
  }

  get skipped(): readonly SkippedFile[] {
    return [...this.#skipped.values()];
  }

  async batch(
    start: number,
    count: number,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<TrainingBatch> {
    if (this.#disposed) throw new DisposedError("The training data");
    assertBatchRange(start, count);
    signal?.throwIfAborted();
    const preparation = this.#takePreparation(start, count);
    try {
      const examples = await abortable(preparation.examples, signal);
      const batch = drawBatch(examples, start, this.#order, this.#draw);
      this.#prepareAhead(start + count, count);
      return batch;
    } catch (error) {
      preparation.controller.abort(error);
      throw error;
    }
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    for (const controller of this.#running)
      controller.abort(new DisposedError("The training data"));
    await this.#loader.dispose();
  }

  /** What was begun for this range; what was begun for another one is given up. */
  #takePreparation(start: number, count: number): Preparation {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    if (ahead?.start === start && ahead.count === count) return ahead;
    ahead?.controller.abort();
    return this.#prepare(start, count);
  }

  #prepareAhead(start: number, count: number): void {
    if (this.#disposed || this.#ahead || !Number.isSafeInteger(start + count)) return;
    this.#ahead = this.#prepare(start, count);
  }

  #prepare(start: number, count: number): Preparation {
    const controller = new AbortController();
    this.#running.add(controller);
    const examples = this.#load(start, count, controller.signal).finally(() =>
      this.#running.delete(controller),
    );
    examples.catch(() => {}); // whoever takes the preparation sees the error; perhaps nobody does
    return { start, count, controller, examples };
  }

  async #load(start: number, count: number, signal: AbortSignal): Promise<DecodedExample[]> {
    const examples = new Array<DecodedExample>(count);
    let next = 0;
    const lane = async () => {
      while (next < count) {
        const slot = next++;
        examples[slot] = await this.#loadFrom(start + slot, signal);
      }
    };
    await Promise.all(Array.from({ length: Math.min(count, this.#lanes) }, lane));
    return examples;
  }

  /**
   * The first usable example at a position or after it: what stands in for a bad one depends on the
   * files alone, not on what was read before.
   */
  async #loadFrom(start: number, signal: AbortSignal): Promise<DecodedExample> {
    for (let position = start; !this.#loader.isExhausted; position++) {
      signal.throwIfAborted();
      const example = await this.#loader.load(this.#order.indexAt(position));
      if (example) return example;
    }
    throw new TrainingDataError({
      source: this.#source,
      found: `none of its ${plural(this.size, "image")} with a caption can be used`,
      advice: "Open one of them in an image viewer: were they downloaded completely?",
      skipped: this.skipped,
    });
  }

  #skip({ file, reason }: SkippedFile): void {
    if (!this.#skipped.has(file)) this.#skipped.set(file, { file, reason });
  }
}

function assertOptions({
  side,
  seed,
  workers,
  cacheMegabytes,
  crop = "centre",
  captions = "random",
}: ImageTextDataOptions): void {
  assertPositiveInteger("side", side);
  if (side > 4096)
    throw new InvalidArgumentError({
      argument: "side",
      received: side,
      expected: "at most 4096 pixels",
    });
  assertSeed(seed);
  if (workers !== undefined) assertPositiveInteger("workers", workers);
  if (cacheMegabytes !== undefined && !(cacheMegabytes >= 0)) {
    throw new InvalidArgumentError({
      argument: "cacheMegabytes",
      received: cacheMegabytes,
      expected: "a number from 0",
    });
  }
  if (crop !== "centre" && crop !== "random")
    throw new UnknownNameError({ kind: "crop", asked: crop, known: ["centre", "random"] });
  if (!["random", "first", "joined"].includes(captions))
    throw new UnknownNameError({
      kind: "choice of captions",
      asked: captions,
      known: ["random", "first", "joined"],
    });
}
