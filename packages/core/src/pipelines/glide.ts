import type { Backend, Executable } from "../backend.ts";
import { dynamicThresholding, type GaussianDiffusion } from "../diffusion/index.ts";
import { DisposedError, GlissadeError } from "../errors.ts";
import { imagesFromTensor, type RgbImage } from "../image/index.ts";
import { batchNoise, type NoiseSource, perImageNoise } from "../random/index.ts";
import { spacedProcess } from "../samplers/index.ts";
import type { Tensor } from "../tensor.ts";
import { guidedDenoiser } from "./denoiser.ts";
import {
  type GenerateOptions,
  type GenerateSettings,
  type GenerateWarning,
  type ResolvedOptions,
  resolveOptions,
  truncationWarning,
} from "./generate-options.ts";
import type { ModelDescription } from "./model-folder.ts";
import { encodeText } from "./text-condition.ts";

/** A picture and the seed that makes it again, alone. */
export interface GeneratedImage extends RgbImage {
  readonly seed: number;
}

export interface GenerateResult {
  readonly images: readonly GeneratedImage[];
  readonly settings: GenerateSettings;
  readonly warnings: readonly GenerateWarning[];
}

/** A finished step of a generation. */
export interface GenerateStep {
  /** Finished steps, 1 to `steps`. */
  readonly step: number;
  readonly steps: number;
  /** The step of the training process that was just left. */
  readonly timestep: number;
  /** The pictures expected behind the noise, one per image; at the last step the result. Made when read. */
  readonly preview: readonly GeneratedImage[];
  /** The same before it becomes pixels: x_0 `[count, 3, H, W]` in about [-1, 1]. */
  readonly x0: Tensor;
  /** The state with its noise, `[count, 3, H, W]`; at the last step the pictures. */
  readonly x: Tensor;
}

export interface GlideParts {
  readonly model: ModelDescription;
  readonly backend: Backend;
  readonly text: Executable;
  readonly network: Executable;
}

/**
 * A text-to-image pipeline: a GLIDE base model on a backend. Made by `loadGlide`. Calls may overlap; each is a run of its own.
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

  /** Side of the pictures in pixels. */
  get imageSize(): number {
    return this.#parts.model.imageSize;
  }

  /** The execution provider that really runs the networks, e.g. `"cpu"`. */
  get provider(): string | undefined {
    return this.#parts.backend.provider;
  }

  /** What `generate` uses where it is not told: the model's own choice. */
  get defaults(): ModelDescription["defaults"] {
    return this.#parts.model.defaults;
  }

  /**
   * Makes pictures from a prompt.
   *
   * @throws InvalidArgumentError or UnknownNameError for an option that is wrong, before anything runs; NumericalError where the network's numbers are not finite; the signal's reason where aborted
   * @example
   * ```ts
   * const { images } = await glide.generate({ prompt: "a red apple", count: 4, seed: 7 });
   * ```
   */
  async generate(options: GenerateOptions & { readonly onProgress?: (step: GenerateStep) => void }): Promise<GenerateResult> {
    const run = this.stream(options);
    for (;;) {
      const next = await run.next();
      if (next.done) return next.value;
      options.onProgress?.(next.value);
    }
  }

  /**
   * The same step by step: progress, previews and stopping are the caller's `for await`. The generator returns the result.
   *
   * @example
   * ```ts
   * for await (const { step, steps, preview } of glide.stream({ prompt: "a red apple" })) draw(preview[0], step / steps);
   * ```
   */
  async *stream(options: GenerateOptions): AsyncGenerator<GenerateStep, GenerateResult, void> {
    this.#assertUsable();
    const { model } = this.#parts;
    const resolved = resolveOptions(options, model.defaults, model.process.numTimesteps);
    const { settings, seeds } = resolved;
    const { prompts, warnings } = this.#tokenize(settings);
    options.signal?.throwIfAborted();

    const process = spacedProcess(model.process, settings.steps, settings.spacing);
    const noise = noiseFor(resolved);
    const run = resolved.sampler({
      process,
      noise,
      x: noise([settings.count, model.config.imageChannels, model.imageSize, model.imageSize]),
      denoise: await this.#denoiser(resolved, process, prompts, options.signal),
      ...(options.signal && { signal: options.signal }),
    });

    let last: Tensor | undefined;
    for await (const { step, steps, timestep, x, x0 } of run) {
      const isLast = step === steps - 1;
      last = x;
      yield {
        step: step + 1,
        steps,
        timestep,
        x,
        x0,
        get preview() {
          return imagesOf(isLast ? x : x0, seeds);
        },
      };
    }
    if (!last) throw new GlissadeError("The sampler ended without a step.");
    return { images: imagesOf(last, seeds), settings, warnings };
  }

  /** Frees the networks; the backend stays the caller's. Safe to call twice. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    await Promise.all([this.#parts.text.dispose(), this.#parts.network.dispose()]);
  }

  async #denoiser(
    { settings, guidance }: ResolvedOptions,
    process: GaussianDiffusion,
    prompts: Parameters<typeof encodeText>[1],
    signal: AbortSignal | undefined,
  ) {
    const { model, text, network } = this.#parts;
    return guidedDenoiser({
      process,
      network,
      guidance,
      features: await encodeText(text, prompts, signal),
      count: settings.count,
      meanType: model.meanType,
      varianceType: model.varianceType,
      clipDenoised: settings.dynamicThresholding === undefined ? model.clipDenoised : dynamicThresholding({ percentile: settings.dynamicThresholding }),
      ...(signal && { signal }),
    });
  }

  #tokenize({ prompt, negativePrompt }: GenerateSettings) {
    const { tokenizer } = this.#parts.model;
    const texts = { prompt, negativePrompt };
    const tokenized = Object.entries(texts).map(([argument, text]) => ({ argument, text, row: tokenizer.paddedTokensAndMask(text) }));
    const warnings = tokenized.flatMap(({ argument, text, row }) => (row.truncated ? [truncationWarning(argument, text, tokenizer.contextLength)] : []));
    return { prompts: tokenized.map(({ row }) => row), warnings };
  }

  #assertUsable(): void {
    if (this.#disposed) throw new DisposedError("This pipeline");
  }
}

/** The reference's loop runs two rows per picture under classifier-free guidance, and draws noise for both. */
function noiseFor({ settings, seeds, guidance }: ResolvedOptions): NoiseSource {
  if (settings.seedMode === "per-image") return perImageNoise(seeds);
  return batchNoise(settings.seed, { rowsPerImage: guidance.needs.includes("unconditional") ? 2 : 1 });
}

function imagesOf(x: Tensor, seeds: readonly number[]): GeneratedImage[] {
  return imagesFromTensor(x).map((image, k) => ({ ...image, seed: seeds[k] ?? 0 }));
}
