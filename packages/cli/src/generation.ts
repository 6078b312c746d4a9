import { setImmediate } from "node:timers/promises";
import { encodePng, type GeneratedImage, type ProviderFailure } from "@glissade/core";
import { assertFileWritable, writeFileAtomically } from "@glissade/core/files";
import type { Arguments, OptionTable } from "./arguments.ts";
import { backendOptions, type ChosenBackend, readBackend } from "./backends.ts";
import type { Context } from "./command.ts";
import { weightsDigest } from "./model-source.ts";
import { type ProgressBar, progressBar } from "./progress-bar.ts";
import { enlargement, render } from "./rendering.ts";
import type { Images, ImagesRun, Task } from "./tasks.ts";

/** Options of every command that makes images. */
export const runOptions = {
  ...backendOptions,
  preview: {
    value: "FILE",
    about: "A PNG file that is rewritten after every step with the image expected so far.",
  },
  enlarge: {
    value: "N",
    about:
      "Draw each of the model's pixels as N times N. Default: the smallest N that makes the image 256 pixels wide; 1 keeps the model's own size.",
  },
  json: { about: "Print one JSON document instead of paths." },
  quiet: { short: "q", about: "No progress." },
} as const satisfies OptionTable;

export interface RunOptions {
  readonly backend: ChosenBackend;
  readonly preview: string | undefined;
  readonly enlarge: number | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** @throws InvalidArgumentError or UnknownNameError for the first value that is wrong */
export function readRunOptions(args: Arguments<keyof typeof runOptions>): RunOptions {
  return {
    backend: readBackend(args),
    preview: args.nonEmpty("preview"),
    enlarge: args.integer("enlarge", 1, 4096),
    json: args.has("json"),
    quiet: args.has("quiet"),
  };
}

/** What a run made, and with what. */
export interface Generation extends Images {
  /** Width of the images before they are enlarged. */
  readonly imageSize: number;
  readonly enlarge: number;
  readonly backend: string;
  readonly provider: string;
  /** Providers that were tried first and could not be opened. */
  readonly fallbacks: readonly ProviderFailure[];
  readonly sha256: string | undefined;
  /** Loading the model; making the images. */
  readonly seconds: { readonly load: number; readonly generate: number };
}

/**
 * Loads a model and runs it once, with progress on stderr and the preview file kept up to date.
 *
 * @throws what the model, the backend and the task throw; the signal's reason where aborted
 */
export async function runGeneration(
  model: string,
  task: Task,
  run: RunOptions,
  { stderr, signal }: Context,
): Promise<Generation> {
  if (run.preview !== undefined) await assertFileWritable(run.preview);
  const bar = progressBar(stderr, { quiet: run.quiet });
  const backend = await run.backend.open();
  try {
    const begin = performance.now();
    const { width: imageSize, provider, start } = await task.load(model, { backend, signal });
    const enlarge = enlargement(run.enlarge, imageSize);
    const fallbacks = backend.fallbacks ?? [];
    for (const { provider: failed, reason } of run.backend.providersAsked ? fallbacks : [])
      bar.note(
        `warning: the provider ${failed} cannot be opened (${reason}); ${provider} is used.`,
      );
    const sha256 = await weightsDigest(model, task.network);
    const loaded = performance.now();
    const result = await follow(start(signal), {
      bar,
      preview: run.preview,
      width: imageSize * enlarge,
    });
    bar.end();
    for (const { message } of result.warnings) bar.note(`warning: ${message}`);
    return {
      ...result,
      imageSize,
      enlarge,
      backend: backend.name,
      provider,
      fallbacks,
      sha256,
      seconds: { load: (loaded - begin) / 1000, generate: (performance.now() - loaded) / 1000 },
    };
  } finally {
    bar.end();
    await backend.dispose();
  }
}

interface Followers {
  readonly bar: ProgressBar;
  readonly preview: string | undefined;
  /** Width that a preview is enlarged to: those of earlier stages are smaller images. */
  readonly width: number;
}

async function follow(run: ImagesRun, { bar, preview, width }: Followers): Promise<Images> {
  for await (const step of run) {
    bar.update(step.step, step.steps);
    if (preview !== undefined) await writePreview(preview, step.preview, width);
    await setImmediate(); // a network pass keeps the thread busy: this is where a Ctrl-C is heard
  }
  return run;
}

async function writePreview(
  path: string,
  images: readonly GeneratedImage[],
  width: number,
): Promise<void> {
  const factor = Math.max(1, Math.round(width / (images[0]?.width ?? width)));
  await writeFileAtomically(path, encodePng(render(images, "sheet", factor)));
}
