import {
  type Backend,
  DisposedError,
  type Glide,
  loadGlide,
  type ModelSource,
} from "@glissade/core";

export interface LoadedModelsOptions {
  /**
   * What runs the networks, and stays its maker's to dispose of; or what makes that when it is
   * first needed: then it is disposed of with the models.
   */
  readonly backend: Backend | (() => Backend);
  /**
   * Where models lie that go by a name of their own. Every other name is itself what `loadGlide`
   * takes.
   */
  readonly sources: Readonly<Record<string, ModelSource>>;
}

/**
 * The models of a provider: each is loaded by its first user, once, and kept until all are disposed
 * of.
 */
export class LoadedModels {
  readonly #options: LoadedModelsOptions;
  readonly #loads = new Map<string, Promise<Glide>>();
  #ownBackend: Backend | undefined;
  #disposing: Promise<void> | undefined;

  constructor(options: LoadedModelsOptions) {
    this.#options = options;
  }

  /**
   * The model, loaded. Who stops waiting does not end the load: others may wait for the same.
   *
   * @throws what `loadGlide` throws, and the next call tries again; DisposedError after `dispose`;
   * the signal's reason where aborted
   */
  async open(name: string, signal: AbortSignal | undefined): Promise<Glide> {
    signal?.throwIfAborted();
    this.#assertUsable();
    const glide = await abandonable(this.#loads.get(name) ?? this.#load(name), signal);
    this.#assertUsable();
    return glide;
  }

  /** Frees the models, and the backend where it was made here. Safe to call twice. */
  dispose(): Promise<void> {
    this.#disposing ??= this.#free();
    return this.#disposing;
  }

  #load(name: string): Promise<Glide> {
    const { sources } = this.#options;
    const source = Object.hasOwn(sources, name) ? sources[name] : undefined;
    const load = loadGlide(source ?? name, { backend: this.#backend() });
    this.#loads.set(name, load);
    load.catch(() => this.#loads.delete(name));
    return load;
  }

  #backend(): Backend {
    const { backend } = this.#options;
    if (typeof backend !== "function") return backend;
    this.#ownBackend ??= backend();
    return this.#ownBackend;
  }

  async #free(): Promise<void> {
    for (const load of await Promise.allSettled(this.#loads.values()))
      if (load.status === "fulfilled") await load.value.dispose();
    await this.#ownBackend?.dispose();
  }

  #assertUsable(): void {
    if (this.#disposing) throw new DisposedError("This Glissade provider");
  }
}

/**
 * What comes first: the promise's end, or the signal's reason. Leaves no listener on the signal.
 */
async function abandonable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  let leave = () => {};
  const aborted = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason);
    signal.addEventListener("abort", leave, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", leave);
  }
}
