import type { Backend } from "@glissade/graph";
import { DisposedError } from "@glissade/graph";
import type { ModelSource } from "../model/index.ts";
import {
  type ClipScoreOptions,
  type GenerateStep,
  type Glide,
  type LoadGlideOptions,
  loadGlide,
  type TaskMethods,
  type TaskName,
  type TaskResult,
} from "../pipelines/index.ts";
import { encodeError } from "./error-transfer.ts";
import type { Answer, Begin, Endpoint, LoadedModel, Message, SentResult } from "./messages.ts";
import { decodeSource } from "./source-transfer.ts";

export interface ServeGlideOptions
  extends Omit<LoadGlideOptions, "backend" | "keepLoaded" | "signal" | "onProgress"> {
  /**
   * Makes the backend of what `connectGlide` was given as `backend`: `(options) => onnx(options as
   * OnnxOptions)`. It is disposed of with the model.
   */
  readonly backend: (options: unknown) => Backend | Promise<Backend>;
  /** Where requests come from. Default: the worker's own scope. */
  readonly endpoint?: Endpoint;
}

/**
 * Serves one model to `connectGlide`. Call it once in a worker's script.
 *
 * @returns what stops it
 * @example
 * ```ts
 * serveGlide({ backend: (options) => onnx(options ?? {}) });
 * ```
 */
export function serveGlide(options: ServeGlideOptions): () => Promise<void> {
  const server = new GlideServer(options);
  return () => server.stop();
}

interface Running {
  readonly steps: AsyncGenerator<GenerateStep, void, void>;
  readonly result: PromiseLike<TaskResult<TaskName>>;
  readonly controller: AbortController;
}

class GlideServer {
  readonly #options: ServeGlideOptions;
  readonly #endpoint: Endpoint;
  readonly #runs = new Map<number, Running>();
  /** Of requests that are no runs. */
  readonly #controllers = new Map<number, AbortController>();
  readonly #onMessage = (event: Event): void =>
    void this.#receive((event as MessageEvent<Message>).data);
  #loaded: { readonly glide: Glide; readonly backend: Backend } | undefined;
  #releaseLock: (() => void) | undefined;

  constructor({ endpoint = globalThis as unknown as Endpoint, ...options }: ServeGlideOptions) {
    this.#options = options;
    // a worker's scope is one, which the types of a page's scope do not say
    this.#endpoint = endpoint;
    endpoint.addEventListener("message", this.#onMessage);
    endpoint.start?.();
  }

  async stop(): Promise<void> {
    this.#endpoint.removeEventListener("message", this.#onMessage);
    await this.#dispose();
    this.#letGo();
  }

  async #receive(message: Message): Promise<void> {
    if (message.type === "abort") {
      (this.#runs.get(message.id)?.controller ?? this.#controllers.get(message.id))?.abort();
      return;
    }
    const { id } = message;
    try {
      const value = await this.#perform(message);
      this.#answer({ type: "answer", id, value }, imagesIn(value));
    } catch (error) {
      this.#answer({ type: "failure", id, error: encodeError(error) });
    }
    // after replying, since a free lock is taken as a dead worker
    if (message.type === "dispose") this.#letGo();
  }

  async #perform(message: Exclude<Message, { type: "abort" }>): Promise<unknown> {
    switch (message.type) {
      case "load":
        return this.#load(message);
      case "begin":
        return this.#begin(message);
      case "next":
        return this.#next(message.run);
      case "return":
        return this.#return(message.run);
      case "clipScore": // as the page's own call gave them; `clipScore` checks them
        return this.#abortable(message.id, (signal) =>
          this.#glide().clipScore({ ...(message.options as ClipScoreOptions), signal }),
        );
      case "dispose":
        return this.#dispose();
    }
  }

  async #load({
    id,
    source,
    backend: backendOptions,
    keepLoaded,
    lock,
  }: Extract<Message, { type: "load" }>): Promise<LoadedModel> {
    await this.#dispose();
    this.#letGo();
    const { backend: makeBackend, ...options } = this.#options;
    const backend = await makeBackend(backendOptions);
    try {
      const glide = await this.#abortable(id, (signal) =>
        // `loadGlide` checks what the page gave as its source
        loadGlide(decodeSource(source) as ModelSource, {
          ...options,
          backend,
          signal,
          ...(keepLoaded === undefined ? {} : { keepLoaded }),
          onProgress: (progress) => this.#answer({ type: "progress", id, progress }),
        }),
      );
      this.#loaded = { glide, backend };
    } catch (error) {
      await backend.dispose();
      throw error;
    }
    if (lock !== undefined) await this.#hold(lock);
    const { model, networks, imageSize, baseSize, provider, defaults, fallbacks } =
      this.#loaded.glide;
    return {
      model,
      networks,
      imageSize,
      baseSize,
      backend: backend.name,
      provider,
      defaults,
      fallbacks,
    };
  }

  /** Until the model is disposed of, or this worker ends. */
  #hold(lock: string): Promise<void> {
    return new Promise((held) => {
      void navigator.locks.request(lock, () => {
        held();
        return new Promise<void>((release) => {
          this.#releaseLock = release;
        });
      });
    });
  }

  #begin<Name extends TaskName>({
    id,
    task,
    options,
  }: Begin<Name> & { readonly id: number }): void {
    const controller = new AbortController();
    const glide: TaskMethods = this.#glide();
    const { signal } = controller;
    const run = glide[task]({ ...options, signal });
    this.#runs.set(id, { steps: run[Symbol.asyncIterator](), result: run, controller });
  }

  async #next(id: number): Promise<SentResult> {
    const run = this.#runs.get(id);
    if (!run) throw new DisposedError("This run");
    try {
      const next = await run.steps.next();
      if (!next.done) {
        const { stage, step, steps, timestep, preview, x0, x } = next.value;
        return { done: false, value: { stage, step, steps, timestep, preview, x0, x } };
      }
      this.#runs.delete(id);
      return { done: true, value: await run.result };
    } catch (error) {
      this.#runs.delete(id);
      throw error;
    }
  }

  async #return(id: number): Promise<void> {
    const run = this.#runs.get(id);
    this.#runs.delete(id);
    await run?.steps.return().catch(() => undefined); // the abort's own error
  }

  async #abortable<T>(id: number, task: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    this.#controllers.set(id, controller);
    try {
      return await task(controller.signal);
    } finally {
      this.#controllers.delete(id);
    }
  }

  async #dispose(): Promise<void> {
    for (const controller of this.#controllers.values()) controller.abort();
    await Promise.all([...this.#runs.keys()].map((id) => this.#return(id)));
    const loaded = this.#loaded;
    this.#loaded = undefined;
    await loaded?.glide.dispose();
    await loaded?.backend.dispose();
  }

  #letGo(): void {
    this.#releaseLock?.();
    this.#releaseLock = undefined;
  }

  #glide(): Glide {
    if (!this.#loaded) throw new DisposedError("This pipeline");
    return this.#loaded.glide;
  }

  #answer(answer: Answer, transfer: Transferable[] = []): void {
    this.#endpoint.postMessage(answer, transfer);
  }
}

/**
 * The pixels of a step's preview, which was made to be sent, to be moved instead of copied. Tensors
 * are copied: the sampler still holds them.
 */
function imagesIn(value: unknown): Transferable[] {
  const { done, value: step } = (
    typeof value === "object" && value !== null ? value : {}
  ) as Partial<SentResult>;
  if (done !== false || !step) return [];
  return [
    ...new Set(
      step.preview.flatMap(({ data }) =>
        data.byteLength === data.buffer.byteLength ? [data.buffer] : [],
      ),
    ),
  ];
}
