import type { Backend, ProviderFailure } from "@glissade/graph";
import { DisposedError } from "@glissade/graph";
import type { StageName } from "../model/description/components.ts";
import {
  baseSizeOf,
  type GenerationDefaults,
  type ModelDescription,
  type UpscalingDefaults,
} from "../model/description/read.ts";
import type { PipelineParts } from "./run/cascade.ts";
import type { ModelNetworks } from "./run/model-networks.ts";
import type { GenerateStep } from "./run/sampling-loop.ts";
import type { ClipScoreOptions } from "./tasks/clip-score.ts";
import { type TaskName, type TaskOptions, type TaskResult, TaskRunner, tasks } from "./tasks.ts";

export interface GlideParts {
  readonly model: ModelDescription;
  readonly backend: Backend;
  readonly networks: ModelNetworks;
  /** A weaker model, for guidance that compares with one. */
  readonly weaker?: PipelineParts | undefined;
}

/**
 * A GLIDE model on a backend. Made by `loadGlide`. Calls may overlap; each is a run of its own.
 *
 * @see Nichol et al. 2021, GLIDE, arXiv 2112.10741
 */
export class Glide extends TaskRunner {
  readonly #parts: GlideParts;
  #disposed = false;

  constructor(parts: GlideParts) {
    super();
    this.#parts = parts;
  }

  /** Where the model was read from. */
  get model(): string {
    return this.#parts.model.label;
  }

  /** The networks that the model has. */
  get networks(): readonly (StageName | "clip")[] {
    const { stages, clip } = this.#parts.model;
    return [...stages.keys(), ...(clip ? (["clip"] as const) : [])];
  }

  /** Side in pixels of the images that `generate` makes by default. */
  get imageSize(): number {
    const { stages } = this.#parts.model;
    return Math.max(
      ...(["upsampler", "base"] as const).map((name) => stages.get(name)?.imageSize ?? 0),
    );
  }

  /** Side in pixels of the base network's images, which an upsampler enlarges. */
  get baseSize(): number {
    return baseSizeOf(this.#parts.model) ?? this.imageSize;
  }

  /** The backend's name, e.g. `"onnx"`. */
  get backend(): string {
    return this.#parts.backend.name;
  }

  /** The execution provider that really runs the networks, e.g. `"cpu"`. */
  get provider(): string | undefined {
    return this.#parts.backend.provider;
  }

  /** The providers that were asked for before it and could not be opened, with the reasons. */
  get fallbacks(): readonly ProviderFailure[] {
    return this.#parts.backend.fallbacks ?? [];
  }

  /** The model's own defaults for `generate`. */
  get defaults(): GenerationDefaults & { readonly upscaling: UpscalingDefaults } {
    const { defaults, upscaling } = this.#parts.model;
    return { ...defaults, upscaling };
  }

  /**
   * How well images fit a prompt by the model's CLIP: exp(logit scale) times the cosine of the
   * embeddings.
   *
   * @returns one number an image; the greater, the better
   * @throws InvalidArgumentError if an image or the prompt is none; MissingNetworkError if
   * the model has no CLIP; the signal's reason if aborted
   * @see Nichol et al. 2021, section 5: not a fair judge of images that CLIP itself guided
   */
  async clipScore(options: ClipScoreOptions): Promise<number[]> {
    this.#assertUsable();
    const { clipScore } = await import("./tasks/clip-score.ts");
    return clipScore(this.#parts, options);
  }

  /** Frees the networks; the backend stays the caller's. Safe to call twice. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    const { networks, weaker } = this.#parts;
    await Promise.all([networks.dispose(), weaker?.networks.dispose()]);
  }

  protected async *steps<Name extends TaskName>(
    name: Name,
    options: TaskOptions<Name>,
  ): AsyncGenerator<GenerateStep, TaskResult<Name>, void> {
    this.#assertUsable();
    const task = await tasks[name]();
    return yield* task(this.#parts, options);
  }

  #assertUsable(): void {
    if (this.#disposed) throw new DisposedError("This pipeline");
  }
}

/** What can be done with a loaded model, wherever it runs: a `Glide`, or one in a worker. */
export type GlideLike = Pick<Glide, keyof Glide>;
