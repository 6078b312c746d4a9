import type { Backend, Executable } from "@glissade/graph";
import {
  type AnyTensor,
  assertFinite,
  assertFloat32,
  DisposedError,
  InvalidArgumentError,
  perRow,
  type Tensor,
  typedTensor,
} from "@glissade/graph";
import {
  type Denoise,
  type GaussianDiffusion,
  predict,
  spacedDiffusion,
} from "../diffusion/index.ts";
import { classifierGradient, type GradientGuidance, guidedByGradients } from "../guidance/index.ts";
import type { AdmDescription } from "../model/description/read-adm.ts";
import { imageSeeds, perImageNoise } from "../random/index.ts";
import { resolvePrompt } from "./options/prompt.ts";
import { resolveSampler, type SamplerOptions, type SamplerSettings } from "./options/sampler.ts";
import type { SamplingOptions } from "./options/sampling.ts";
import { Run, type RunOptions } from "./run/run.ts";
import {
  counted,
  type GeneratedImage,
  type GenerateStep,
  imagesWithSeeds,
  runSampler,
} from "./run/sampling-loop.ts";

export interface AdmOptions
  extends Omit<SamplerOptions, "guidance">,
    Pick<SamplingOptions, "count" | "seed" | "gradients">,
    RunOptions<GenerateStep> {
  /**
   * The class that is drawn, from 0, for all images or one an image. Needed where the network is
   * conditional, or the classifier guides.
   */
  readonly classes?: number | readonly number[];
  /**
   * s: by what the classifier's gradient is multiplied; 0 for none. Default: the model's own, 1, or
   * 0 without a classifier.
   */
  readonly classifierScale?: number;
}

export interface AdmResult {
  readonly images: readonly GeneratedImage[];
  readonly settings: Omit<SamplerSettings, "guidance"> & {
    readonly classes: readonly number[] | undefined;
    readonly classifierScale: number;
    readonly count: number;
    readonly seed: number;
  };
}

export interface AdmParts {
  readonly model: AdmDescription;
  readonly backend: Backend;
  readonly network: Executable;
  /** The classifier's gradient. */
  readonly classifier: Executable | undefined;
}

/**
 * ADM: guided-diffusion's network, class-conditional or not, led by its noised classifier. Made by
 * `loadAdm`.
 *
 * @see Dhariwal & Nichol 2021, arXiv 2105.05233
 */
export class Adm {
  readonly #parts: AdmParts;
  #disposed = false;

  constructor(parts: AdmParts) {
    this.#parts = parts;
  }

  /** Where the model was read from. */
  get model(): string {
    return this.#parts.model.label;
  }

  /** Side of the images in pixels. */
  get imageSize(): number {
    return this.#parts.model.imageSize;
  }

  get provider(): string | undefined {
    return this.#parts.backend.provider;
  }

  /** Classes that can be asked for; undefined where neither network nor classifier knows any. */
  get classes(): number | undefined {
    const { config, classifier } = this.#parts.model;
    return config.classes ?? classifier?.classes;
  }

  /**
   * Makes images.
   *
   * @throws InvalidArgumentError or UnknownNameError for an option that is wrong, before anything
   * runs; NumericalError where the network's numbers are not finite; the signal's reason where
   * aborted
   * @example
   * ```ts
   * const { images } = await adm.generate({ classes: 207, count: 4, seed: 7, classifierScale: 1 });
   * ```
   */
  generate(options: AdmOptions): Run<GenerateStep, AdmResult> {
    return new Run((signal) => this.#steps({ ...options, signal }), options ?? {});
  }

  async *#steps(options: AdmOptions): AsyncGenerator<GenerateStep, AdmResult, void> {
    if (this.#disposed) throw new DisposedError("This pipeline");
    const { model } = this.#parts;
    const { count, seed } = resolvePrompt({ ...options, prompt: null });
    const { settings, sampler, gradientRule } = resolveSampler(
      { ...options, guidance: 1 },
      { ...model.defaults, guidanceScale: 1 },
      model.process.numTimesteps,
    );
    const classifierScale = this.#classifierScale(options.classifierScale);
    const classes = this.#classesOf(options.classes, count, classifierScale > 0);
    const seeds = imageSeeds(seed, count);
    const { signal } = options;
    signal?.throwIfAborted();

    const diffusion = spacedDiffusion(model.process, settings.steps, settings.spacing);
    const noise = perImageNoise(seeds);
    const rules = [
      ...(classes ? this.#classifierRule(classes, classifierScale) : []),
      ...(options.gradients ?? []),
    ];
    const plain = this.#denoiser(diffusion, classes, signal);
    const denoise = guidedByGradients(diffusion, plain, rules, gradientRule, signal);
    const start = noise([count, model.config.imageChannels, model.imageSize, model.imageSize]);
    const run = runSampler(
      sampler,
      { diffusion, denoise, noise, x: start, signal },
      { stage: "adm", seeds },
    );
    const x = yield* counted(run, diffusion.numTimesteps);
    const { guidance: _, ...own } = settings;
    return {
      images: imagesWithSeeds(x, seeds),
      settings: {
        ...own,
        classes: classes && Array.from(classes.data, Number),
        classifierScale,
        count,
        seed,
      },
    };
  }

  /** Frees the networks; the backend stays the caller's. Safe to call twice. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    await Promise.all([this.#parts.network.dispose(), this.#parts.classifier?.dispose()]);
  }

  #denoiser(
    diffusion: GaussianDiffusion,
    classes: AnyTensor | undefined,
    signal: AbortSignal | undefined,
  ): Denoise {
    const { network, model } = this.#parts;
    const condition = classes && model.config.classes !== undefined ? { y: classes } : {};
    return async (x, index) => {
      const timestep = diffusion.timestepMap[index] ?? 0;
      const { output } = await network.run(
        { x, timesteps: perRow(x.dims[0] ?? 0, timestep), ...condition },
        { signal },
      );
      const prediction = assertFloat32("output", output);
      assertFinite(prediction, `at timestep ${timestep}`);
      const { meanType, varianceType, clipDenoised } = model;
      return predict(diffusion, prediction, x, index, { meanType, varianceType, clipDenoised });
    };
  }

  #classifierRule(classes: Tensor<"int64">, scale: number): readonly GradientGuidance[] {
    const { classifier } = this.#parts;
    if (!classifier || scale === 0) return [];
    return [
      {
        name: "classifier",
        scale,
        gradient: classifierGradient({
          differentiate: async (inputs, signal) =>
            assertFloat32("grad.x", (await classifier.run(inputs, { signal }))["grad.x"]),
          classes,
        }),
      },
    ];
  }

  #classifierScale(asked: number | undefined): number {
    const { classifier, model } = this.#parts;
    const scale = asked ?? (classifier ? model.defaults.classifierScale : 0);
    if (!(scale >= 0 && scale < Infinity))
      throw new InvalidArgumentError({
        argument: "classifierScale",
        received: scale,
        expected: "a finite number of at least 0",
      });
    if (scale > 0 && !classifier) {
      throw new InvalidArgumentError({
        argument: "classifierScale",
        received: scale,
        expected: "0, because this model has no classifier",
        hint: 'Add one with "glissade train export RUN --out MODEL", or convert a published one.',
      });
    }
    return scale;
  }

  #classesOf(
    asked: AdmOptions["classes"],
    count: number,
    isGuided: boolean,
  ): Tensor<"int64"> | undefined {
    const known = this.classes;
    const isNeeded = this.#parts.model.config.classes !== undefined || isGuided;
    if (asked === undefined && !isNeeded) return undefined;
    const list = typeof asked === "number" ? new Array<number>(count).fill(asked) : asked;
    if (
      known === undefined ||
      !Array.isArray(list) ||
      list.length !== count ||
      !list.every((label) => Number.isInteger(label) && label >= 0 && label < known)
    ) {
      throw new InvalidArgumentError({
        argument: "classes",
        received: asked,
        expected:
          known === undefined
            ? "nothing: this model knows no classes"
            : `a class from 0 to ${known - 1}, or ${count} of them`,
      });
    }
    return typedTensor("int64", [count], BigInt64Array.from(list, BigInt));
  }
}
