import type { ProviderFailure } from "@glissade/graph";
import { DisposedError } from "@glissade/graph";
import type { RgbImage } from "../image/index.ts";
import type { ClipScoreOptions, GenerateStep, GlideLike } from "../pipelines/index.ts";
import {
  type TaskName,
  type TaskOptions,
  type TaskResult,
  TaskRunner,
} from "../pipelines/tasks.ts";
import type { Channel } from "./channel.ts";
import type { LoadedModel, SentResult } from "./messages.ts";

export interface WorkerGlideParts {
  readonly channel: Channel;
  readonly loaded: LoadedModel;
  /** Ends the worker, or leaves it to the caller. */
  readonly onDispose: () => void;
}

/** A model in a worker, with the face of a `Glide`. */
export class WorkerGlide extends TaskRunner implements GlideLike {
  readonly #parts: WorkerGlideParts;
  #disposing: Promise<void> | undefined;

  constructor(parts: WorkerGlideParts) {
    super();
    this.#parts = parts;
  }

  get model(): string {
    return this.#parts.loaded.model;
  }

  get networks(): LoadedModel["networks"] {
    return this.#parts.loaded.networks;
  }

  get imageSize(): number {
    return this.#parts.loaded.imageSize;
  }

  get baseSize(): number {
    return this.#parts.loaded.baseSize;
  }

  get backend(): string {
    return this.#parts.loaded.backend;
  }

  get provider(): string | undefined {
    return this.#parts.loaded.provider;
  }

  get fallbacks(): readonly ProviderFailure[] {
    return this.#parts.loaded.fallbacks;
  }

  get defaults(): LoadedModel["defaults"] {
    return this.#parts.loaded.defaults;
  }

  async clipScore({ signal, ...options }: ClipScoreOptions): Promise<number[]> {
    this.#assertUsable();
    const images = options.images?.map(({ width, height, data }: RgbImage) => ({
      width,
      height,
      data,
    }));
    return this.#parts.channel.request<number[]>(
      { type: "clipScore", options: { ...options, images } },
      { signal },
    ).answer;
  }

  /** Frees the networks and what ran them. Safe to call twice. */
  dispose(): Promise<void> {
    this.#disposing ??= this.#release();
    return this.#disposing;
  }

  async #release(): Promise<void> {
    const { channel, onDispose } = this.#parts;
    // a worker that is gone has nothing left to free
    await channel.request({ type: "dispose" }).answer.catch(() => undefined);
    channel.close(new DisposedError("This pipeline"));
    onDispose();
  }

  /** The worker computes a step when it is asked for it, as a generator on this thread would. */
  protected async *steps<Name extends TaskName>(
    task: Name,
    options: TaskOptions<Name>,
  ): AsyncGenerator<GenerateStep, TaskResult<Name>, void> {
    this.#assertUsable();
    const { channel } = this.#parts;
    const { signal } = options;
    const plain = { ...options, signal: undefined, onProgress: undefined };
    const begun = channel.request({ type: "begin", task, options: plain }, { signal });
    await begun.answer;
    let done = false;
    try {
      for (;;) {
        const next = await channel.request<SentResult<Name>>(
          { type: "next", run: begun.id },
          { signal, run: begun.id },
        ).answer;
        if (next.done) {
          done = true;
          return next.value;
        }
        yield next.value;
      }
    } finally {
      if (!done)
        await channel.request({ type: "return", run: begun.id }).answer.catch(() => undefined);
    }
  }

  #assertUsable(): void {
    if (this.#disposing) throw new DisposedError("This pipeline");
  }
}
