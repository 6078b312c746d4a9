import type { Backend, ProviderFailure } from "@glissade/graph";
import { DisposedError } from "@glissade/graph";
import type { StageName } from "../model/description/components.ts";
import {
  baseSizeOf,
  type GenerationDefaults,
  type ModelDescription,
  type UpscalingDefaults,
} from "../model/description/read.ts";
import type { SamplingOptions } from "./options/sampling.ts";
import type { GenerateResult } from "./run/cascade.ts";
import type { ModelNetworks } from "./run/model-networks.ts";
import { finished, type GenerateStep, type WithProgress } from "./run/sampling-loop.ts";
import type { ClipScoreOptions } from "./tasks/clip-score.ts";
import type { EditOptions } from "./tasks/edit.ts";
import type { InpaintOptions } from "./tasks/inpaint.ts";
import type { InterpolateOptions, InterpolateResult } from "./tasks/interpolate.ts";
import { textToImage } from "./tasks/text-to-image.ts";
import type { UpscaleOptions, UpscaleResult } from "./tasks/upscale.ts";

export interface GlideParts {
  readonly model: ModelDescription;
  readonly backend: Backend;
  readonly networks: ModelNetworks;
}

/**
 * A GLIDE model on a backend. Made by `loadGlide`. Calls may overlap; each is a run of its own.
 *
 * @see Nichol et al. 2021, GLIDE, arXiv 2112.10741
 */
export class Glide {
  readonly #parts: GlideParts;
  #disposed = false;

  constructor(parts: GlideParts) {
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

  /** Side in pixels of the pictures that `generate` makes where it is not told otherwise. */
  get imageSize(): number {
    const { stages } = this.#parts.model;
    return Math.max(
      ...(["upsampler", "base"] as const).map((name) => stages.get(name)?.imageSize ?? 0),
    );
  }

  /** Side in pixels of the base network's pictures, which an upsampler enlarges. */
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

  /** What `generate` uses where it is not told: the model's own choice. */
  get defaults(): GenerationDefaults & { readonly upscaling: UpscalingDefaults } {
    const { defaults, upscaling } = this.#parts.model;
    return { ...defaults, upscaling };
  }

  /**
   * Makes pictures from a prompt.
   *
   * @throws InvalidArgumentError or UnknownNameError for an option that is wrong, before anything
   * runs; MissingNetworkError where the model lacks a network that is asked for; NumericalError
   * where the network's numbers are not finite; the signal's reason where aborted
   * @example
   * ```ts
   * const { images } = await glide.generate({ prompt: "a red apple", count: 4, seed: 7 });
   * ```
   */
  generate(options: WithProgress<SamplingOptions>): Promise<GenerateResult> {
    return finished(this.stream(options), options?.onProgress);
  }

  /**
   * The same step by step: progress, previews and stopping are the caller's `for await`. The
   * generator returns the result.
   *
   * @example
   * ```ts
   * for await (const { step, steps, preview } of glide.stream({ prompt: "a red apple" })) draw(preview[0], step / steps);
   * ```
   */
  async *stream(options: SamplingOptions): AsyncGenerator<GenerateStep, GenerateResult, void> {
    this.#assertUsable();
    return yield* textToImage(this.#parts, options);
  }

  /**
   * Makes a part of a picture anew: what is white in the mask. Everything else comes back byte for
   * byte.
   *
   * @throws as `generate`; InvalidArgumentError where picture and mask do not fit each other
   * @example
   * ```ts
   * const { images } = await glide.inpaint({ image, mask: maskFromImage(painted), prompt: "a red hat" });
   * ```
   */
  inpaint(options: WithProgress<InpaintOptions>): Promise<GenerateResult> {
    return finished(this.streamInpaint(options), options?.onProgress);
  }

  /** `inpaint` step by step, as `stream`. */
  async *streamInpaint(
    options: InpaintOptions,
  ): AsyncGenerator<GenerateStep, GenerateResult, void> {
    this.#assertUsable();
    // here and below: a page that only generates does not pay for the rest
    const { inpaint } = await import("./tasks/inpaint.ts");
    return yield* inpaint(this.#parts, options);
  }

  /**
   * Changes a picture, or makes one of a sketch (SDEdit): the more `strength`, the less stays of
   * it.
   *
   * @throws as `generate`; InvalidArgumentError where the picture, its mask or the strength are
   * wrong
   * @example
   * ```ts
   * const { images } = await glide.edit({ image: sketch, prompt: "a red apple", strength: 0.7 });
   * ```
   */
  edit(options: WithProgress<EditOptions>): Promise<GenerateResult> {
    return finished(this.streamEdit(options), options?.onProgress);
  }

  /** `edit` step by step, as `stream`. */
  async *streamEdit(options: EditOptions): AsyncGenerator<GenerateStep, GenerateResult, void> {
    this.#assertUsable();
    const { edit } = await import("./tasks/edit.ts");
    return yield* edit(this.#parts, options);
  }

  /**
   * Enlarges a picture by the model's upsampler: 64 to 256 pixels for GLIDE's. Larger pictures are
   * enlarged in tiles without seams.
   *
   * @throws as `generate`; MissingNetworkError where the model has no upsampler
   * @example
   * ```ts
   * const { images } = await glide.upscale({ image, prompt: "a red apple" });
   * ```
   */
  upscale(options: WithProgress<UpscaleOptions>): Promise<UpscaleResult> {
    return finished(this.streamUpscale(options), options?.onProgress);
  }

  /** `upscale` step by step, as `stream`. */
  async *streamUpscale(options: UpscaleOptions): AsyncGenerator<GenerateStep, UpscaleResult, void> {
    this.#assertUsable();
    const { upscaleImage } = await import("./tasks/upscale.ts");
    return yield* upscaleImage(this.#parts, options);
  }

  /**
   * Pictures on the way from one prompt, or one seed, to another: prompts are mixed by weights,
   * noises along the arc between them.
   *
   * @throws as `generate`
   * @example
   * ```ts
   * const { images } = await glide.interpolate({ from: { prompt: "a lion", seed: 1 }, to: { prompt: "a tiger", seed: 1 }, count: 5 });
   * ```
   */
  interpolate(options: WithProgress<InterpolateOptions>): Promise<InterpolateResult> {
    return finished(this.streamInterpolate(options), options?.onProgress);
  }

  /** `interpolate` step by step, as `stream`. */
  async *streamInterpolate(
    options: InterpolateOptions,
  ): AsyncGenerator<GenerateStep, InterpolateResult, void> {
    this.#assertUsable();
    const { interpolate } = await import("./tasks/interpolate.ts");
    return yield* interpolate(this.#parts, options);
  }

  /**
   * How well pictures fit a prompt by the model's CLIP: exp(logit scale) times the cosine of the
   * embeddings.
   *
   * @returns one number a picture; the greater, the better
   * @throws InvalidArgumentError where a picture or the prompt is none; MissingNetworkError where
   * the model has no CLIP; the signal's reason where aborted
   * @see Nichol et al. 2021, section 5: not a fair judge of pictures that CLIP itself has led
   */
  async clipScore(options: ClipScoreOptions): Promise<number[]> {
    this.#assertUsable();
    const { clipScore } = await import("./tasks/clip-score.ts");
    return clipScore(this.#parts, options);
  }

  /** Frees the networks; the backend stays the caller's. Safe to call twice. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#parts.networks.dispose();
  }

  #assertUsable(): void {
    if (this.#disposed) throw new DisposedError("This pipeline");
  }
}

/** What can be done with a loaded model, wherever it runs: a `Glide`, or one in a worker. */
export type GlideLike = Pick<Glide, keyof Glide>;
