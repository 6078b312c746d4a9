import { samplers } from "@glissade/core";
import type { Arguments, OptionTable } from "../arguments.ts";
import { backendOptions } from "../backends.ts";
import { defaultModel } from "../model-source.ts";

/**
 * Names that `@glissade/evaluate` knows too; written out, so that help and wrong command lines load
 * nothing.
 */
export const strategies = ["cfg", "clip"] as const;
export const exportFormats = ["npz", "png"] as const;
export const resizes = ["clean", "legacy-pytorch", "legacy-tensorflow"] as const;

export const defaultScales = [0, 1, 1.5, 2, 3, 4, 6] as const;

export const evaluateOptions = {
  out: {
    short: "o",
    value: "DIR",
    about:
      "Folder of a sweep: its images, report, tables and plots. The same command goes on with it where it was stopped.",
  },
  reference: {
    value: "DIR|NPZ",
    about: `What a sweep is compared with. Default: the held-out images of ${defaultModel}.`,
  },
  captions: {
    value: "FILE",
    about: `Captions: a JSON array, or a text file with one a line. For compare, those of the second set, in its order. Default for a sweep: the held-out ones of ${defaultModel}.`,
  },
  guidance: {
    value: "NAME,...",
    about: `Strategies of a sweep: ${strategies.join(", ")}. Default: both.`,
  },
  scales: {
    value: "N,...",
    about: `Guidance scales of a sweep; for cfg 1 is no guidance and 0 forgets the caption, for clip 0 is none. Default: ${defaultScales.join(",")}.`,
  },
  "clip-scales": {
    value: "N,...",
    about: "The same for clip alone, where other scales suit it. Default: as --scales.",
  },
  samplers: { value: "NAME,...", about: "Samplers of a sweep. Default: the model's own." },
  steps: { value: "N,...", about: "Numbers of steps of a sweep. Default: the model's own." },
  samples: { short: "n", value: "N", about: "Images of each setting. Default: 500." },
  seed: {
    short: "s",
    value: "N",
    about: "Image k of every setting has the seed N + k. Default: 0.",
  },
  export: {
    value: "FORMAT,...",
    about:
      "Also write a sweep's images: npz, a sample batch of guided-diffusion for each setting in samples/; png, a folder for each in images/, which glissade arena takes.",
  },
  upscale: { about: "Measure the upsampler's images, not the base network's." },
  features: {
    value: "FILE",
    about:
      "Weights of Inception-v3 as published for FID or by torchvision (.pth, .safetensors). Default: the CLIP of --model.",
  },
  resize: {
    value: "MODE",
    about: `How Inception gets its 299 pixels: ${resizes.join(", ")}. Default: clean.`,
  },
  crop: {
    value: "SIDE",
    about:
      "Cut the square in the middle of every image and bring it to SIDE pixels: for images of several sizes.",
  },
  model: {
    short: "m",
    value: "SOURCE",
    about: `The model that is measured, and whose CLIP measures: a package, a folder, a URL. Default: ${defaultModel}.`,
  },
  ...backendOptions,
  json: { about: "Print one JSON document." },
  quiet: { short: "q", about: "No progress." },
} as const satisfies OptionTable;

export type EvaluateArguments = Arguments<keyof typeof evaluateOptions>;

/** Every combination of these is a setting; undefined is the model's own. */
export interface AskedSweep {
  readonly strategies: readonly (typeof strategies)[number][];
  readonly scales: { readonly cfg: readonly number[]; readonly clip: readonly number[] };
  readonly samplers: readonly string[] | undefined;
  readonly steps: readonly number[] | undefined;
  readonly samples: number;
  readonly seed: number;
  readonly upscale: boolean;
  readonly exports: readonly (typeof exportFormats)[number][];
}

/** @throws InvalidArgumentError or UnknownNameError for the first value that is wrong */
export function readSweep(args: EvaluateArguments): AskedSweep {
  const scales = args.decimals("scales", 0) ?? defaultScales;
  return {
    strategies: args.choices("guidance", "guidance strategy", strategies) ?? strategies,
    scales: { cfg: scales, clip: args.decimals("clip-scales", 0) ?? scales },
    samplers: args.choices("samplers", "sampler", Object.keys(samplers)),
    steps: args.integers("steps", 1, 100_000),
    samples: args.integer("samples", 6, 1_000_000) ?? 500,
    seed: args.integer("seed", 0, Number.MAX_SAFE_INTEGER - 1_000_000) ?? 0,
    upscale: args.has("upscale"),
    exports: args.choices("export", "export format", exportFormats) ?? [],
  };
}
