import {
  type Adm,
  type AdmOptions,
  type GeneratedImage,
  type GenerateOptions,
  type GenerateStep,
  type Glide,
  type ImageSettings,
  loadAdm,
  loadGlide,
  type ModelSource,
  type RecordedRun,
  Run,
} from "@glissade/core";
import { type LoadOptions, loadModel } from "./model-source.ts";

/** What a run made. */
export interface Images {
  readonly images: readonly GeneratedImage[];
  readonly settings: ImageSettings;
  readonly warnings: readonly { readonly message: string }[];
}

export type ImagesRun = Run<GenerateStep, Images>;

/** What is to be made with a model once it is there. */
export interface Task {
  /** The folder of the network whose weights tell which model it was. */
  readonly network: string;
  load(model: string, options: LoadOptions): Promise<LoadedTask>;
}

export interface LoadedTask {
  /** What really runs the networks. */
  readonly provider: string;
  /** Width of the images that will come out, in pixels. */
  readonly width: number;
  start(signal: AbortSignal): ImagesRun;
}

interface Work<Model> {
  width(model: Model): number;
  run(model: Model, signal: AbortSignal): ImagesRun;
}

/** Work for a model of GLIDE. */
export function glideTask(work: Work<Glide>): Task {
  return taskFor(loadGlide, "base", work);
}

/** Images from a prompt, of the model's full size or the base network's. */
export function generationOf(options: GenerateOptions): Task {
  return glideTask({
    width: (glide) => (options.upscale === false ? glide.baseSize : glide.imageSize),
    run: (glide, signal) => glide.generate({ ...options, signal }),
  });
}

/** Images of classes, by a model of guided-diffusion. */
export function samplingOf(options: AdmOptions): Task {
  return taskFor(loadAdm, "unet", {
    width: (adm: Adm) => adm.imageSize,
    run: (adm, signal) =>
      mapped(adm.generate({ ...options, signal }), (result) => ({ ...result, warnings: [] })),
  });
}

/** What makes an image again. */
export function recordedTask(recorded: RecordedRun): Task {
  return recorded.from === "classes"
    ? samplingOf(recorded.options)
    : generationOf(recorded.options);
}

/** The same run with another form of its result. */
export function mapped<Step, Result, Mapped>(
  run: Run<Step, Result>,
  map: (result: Result) => Mapped,
): Run<Step, Mapped> {
  return new Run(async function* (): AsyncGenerator<Step, Mapped, void> {
    yield* run;
    return map(await run);
  });
}

function taskFor<Model extends { readonly provider: string | undefined }>(
  load: (source: ModelSource, options: LoadOptions) => Promise<Model>,
  network: string,
  { width, run }: Work<Model>,
): Task {
  return {
    network,
    async load(name, options) {
      const model = await loadModel(load, name, options);
      return {
        provider: model.provider ?? "",
        width: width(model),
        start: (signal) => run(model, signal),
      };
    },
  };
}
