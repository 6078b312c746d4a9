import type { ProviderFailure } from "@glissade/graph";
import { DisposedError } from "@glissade/graph";
import type { RgbImage } from "../image/index.ts";
import type {
  ClipScoreOptions,
  EditOptions,
  GenerateOptions,
  GenerateResult,
  GenerateStep,
  GlideLike,
  InpaintOptions,
  InterpolateOptions,
  InterpolateResult,
  UpscaleOptions,
  UpscaleResult,
} from "../pipelines/index.ts";
import { finished, type WithProgress } from "../pipelines/run/sampling-loop.ts";
import type { Channel } from "./channel.ts";
import type { LoadedModel, RunName, SentResult } from "./messages.ts";

export interface WorkerGlideParts {
  readonly channel: Channel;
  readonly loaded: LoadedModel;
  /** Ends the worker, or leaves it to the caller. */
  readonly onDispose: () => void;
}

/** A model in a worker, with the face of a `Glide`. */
export class WorkerGlide implements GlideLike {
  readonly #parts: WorkerGlideParts;
  #disposing: Promise<void> | undefined;

  constructor(parts: WorkerGlideParts) {
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

  generate(options: WithProgress<GenerateOptions>): Promise<GenerateResult> {
    return finished(this.stream(options), options?.onProgress);
  }

  stream(options: GenerateOptions): AsyncGenerator<GenerateStep, GenerateResult, void> {
    return this.#run("stream", options);
  }

  inpaint(options: WithProgress<InpaintOptions>): Promise<GenerateResult> {
    return finished(this.streamInpaint(options), options?.onProgress);
  }

  streamInpaint(options: InpaintOptions): AsyncGenerator<GenerateStep, GenerateResult, void> {
    return this.#run("streamInpaint", options);
  }

  edit(options: WithProgress<EditOptions>): Promise<GenerateResult> {
    return finished(this.streamEdit(options), options?.onProgress);
  }

  streamEdit(options: EditOptions): AsyncGenerator<GenerateStep, GenerateResult, void> {
    return this.#run("streamEdit", options);
  }

  upscale(options: WithProgress<UpscaleOptions>): Promise<UpscaleResult> {
    return finished(this.streamUpscale(options), options?.onProgress);
  }

  streamUpscale(options: UpscaleOptions): AsyncGenerator<GenerateStep, UpscaleResult, void> {
    return this.#run("streamUpscale", options);
  }

  interpolate(options: WithProgress<InterpolateOptions>): Promise<InterpolateResult> {
    return finished(this.streamInterpolate(options), options?.onProgress);
  }

  streamInterpolate(
    options: InterpolateOptions,
  ): AsyncGenerator<GenerateStep, InterpolateResult, void> {
    return this.#run("streamInterpolate", options);
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
  async *#run<Result>(run: RunName, options: object): AsyncGenerator<GenerateStep, Result, void> {
    this.#assertUsable();
    const { channel } = this.#parts;
    const {
      signal,
      onProgress: _,
      ...plain
    } = { signal: undefined, onProgress: undefined, ...options };
    const begun = channel.request({ type: "begin", run, options: plain }, { signal });
    await begun.answer;
    let done = false;
    try {
      for (;;) {
        const next = await channel.request<SentResult>(
          { type: "next", run: begun.id },
          { signal, run: begun.id },
        ).answer;
        if (next.done) {
          done = true;
          // the worker's generator returns the result of the run that was begun
          return next.value as Result;
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
