import { InvalidArgumentError, UnknownNameError } from "@glissade/core";
import {
  type PresetName,
  presetNames,
  type RecipeChanges,
  stages,
  type TimestepChoice,
  timestepSamplerNames,
} from "@glissade/train";
import { type Arguments, given, type OptionTable } from "../arguments.ts";

const startingStages = stages.filter(({ startsFrom }) => startsFrom?.isRequired);
const classStages = stages.filter(({ needsClasses }) => needsClasses);
const listed = (some: typeof stages) => some.map(({ name }) => name).join(" and ");

export const trainOptions = {
  data: {
    short: "d",
    value: "PATH",
    about:
      "Images with captions: a folder (a.png beside a.txt, or a metadata.jsonl), a .jsonl manifest, WebDataset .tar shards (shard-{000..012}.tar), or module:PATH?name=value, a JavaScript module that exports a function which opens training data.",
  },
  out: {
    short: "o",
    value: "DIR",
    about:
      "The run's folder: checkpoints, logs, sample images, model/ and report.html. For export: the model folder.",
  },
  from: {
    value: "SOURCE",
    about: `The network to start from: a run's folder, a model folder, a package or a URL. Required for ${listed(startingStages)}.`,
  },
  preset: {
    value: "NAME",
    about: `Whose sizes the recipe has: ${presetNames.join(" or ")}. Default: emoji.`,
  },
  recipe: {
    value: "FILE",
    about: "A JSON file with fields that replace those of the preset. Options override it.",
  },
  network: {
    value: "FILE",
    about: "A JSON file with the network's arguments, in place of the recipe's.",
  },
  tokenizer: {
    value: "FILE|NAME",
    about:
      "A tokenizer.json, or gpt2, clip (cut to the recipe's n_vocab) or emoji (that of the bundled model). Default: that of --from, else the preset's.",
  },
  classes: {
    value: "FILE",
    about: `For ${listed(classStages)}: a JSON file with a list of captions, one per class, or an object from caption to class.`,
  },
  steps: { value: "N", about: "Steps of the whole run. Default: the recipe's." },
  minutes: {
    value: "N",
    about: "In place of --steps: as many as fit into N minutes at the speed of the first ones.",
  },
  batch: { value: "N", about: "Examples per step." },
  part: {
    value: "N",
    about:
      "Examples that a worker computes at a time, a divisor of the batch: less memory, and a little slower. Default: by the recipe and the workers.",
  },
  "learning-rate": { value: "X", about: "Between warm-up and cool-down, e.g. 1e-3." },
  "warm-up": { value: "N", about: "Steps over which the learning rate rises." },
  "cool-down": {
    value: "SHARE",
    about:
      "Share of the run at its end, 0 to 1, over which the learning rate falls in a straight line to nothing.",
  },
  "weight-decay": { value: "X", about: "Of AdamW, on matrices and convolutions." },
  "max-norm": { value: "X", about: "The gradient's norm is clipped to this." },
  ema: {
    value: "X,...",
    about: "Decays of the moving averages. Sample images and the model use the longest.",
  },
  predict: { value: "NAME", about: "What the network predicts: epsilon, velocity or start-x." },
  "min-snr": { value: "GAMMA", about: "Min-SNR weighting of the loss, usually 5." },
  timesteps: {
    value: "NAME",
    about:
      "Which steps are trained: uniform, loss-second-moment, or shifted:S, which draws the noisiest S times as often. Default: the recipe's, uniform.",
  },
  "nearest-noise": {
    value: "K",
    about: "Draw K noises for each image and train with the nearest (immiscible diffusion).",
  },
  "empty-share": {
    value: "SHARE",
    about: "Share of captions that are dropped, for classifier-free guidance.",
  },
  mirror: {
    about: "Flip images left to right at random (not for module: data, which decide themselves).",
  },
  seed: {
    short: "s",
    value: "N",
    about: "Of the first weights, the order of the data and all noise. Default: 1.",
  },
  workers: {
    value: "N",
    about:
      "Networks that compute side by side, each in its own thread. Default: one per core, at most one per part of the batch.",
  },
  threads: { value: "N", about: "Threads of each worker. Default: 1." },
  "sample-every": {
    value: "N",
    about: "Steps between two grids of sample images; 0 for none. Default: 500.",
  },
  prompts: {
    value: 'FILE|"A; B"',
    about:
      "Prompts of sample images: a text file with one per line, or a list with semicolons. Default: captions of the data.",
  },
  guidance: {
    value: "SCALE",
    about:
      "Guidance scale of sample images. Default: the stage's own, mostly 3, or 1 if no captions are dropped.",
  },
  "checkpoint-minutes": { value: "N", about: "Minutes between two checkpoints. Default: 5." },
  resume: {
    about:
      "Continue the run in --out, whose recipe need not be given again; start it if there is none.",
  },
  "dry-run": { about: "Report parameters, memory, disk and time, and write nothing." },
  "no-measure": { about: "With --dry-run: do not run two steps to measure the time." },
  average: {
    value: "X",
    about:
      "For export and --from: which moving average of a run, by its decay; 0 for the weights themselves. Default: the longest.",
  },
  force: { about: "For export: replace a network of that kind in the model." },
  json: { about: "Print one JSON document." },
  quiet: { short: "q", about: "No progress." },
} as const satisfies OptionTable;

export type TrainArguments = Arguments<keyof typeof trainOptions>;

/** What the options change in a recipe. */
export function readRecipeChanges(args: TrainArguments): RecipeChanges {
  const meanType = args.choice("predict", "prediction of a network", [
    "epsilon",
    "velocity",
    "start-x",
  ]);
  const minSnrGamma = number(args, "min-snr");
  return given({
    steps: args.integer("steps", 1, Number.MAX_SAFE_INTEGER),
    batchSize: args.integer("batch", 1, 1_000_000),
    partSize: args.integer("part", 1, 1_000_000),
    learningRate: number(args, "learning-rate"),
    warmUp: args.integer("warm-up", 0, Number.MAX_SAFE_INTEGER),
    coolDown: number(args, "cool-down"),
    weightDecay: number(args, "weight-decay"),
    maxGradientNorm: number(args, "max-norm"),
    averages: args.text("ema")?.split(",").map(Number),
    noiseCandidates: number(args, "nearest-noise"),
    emptyShare: number(args, "empty-share"),
    timesteps: readTimesteps(args),
    objective:
      meanType === undefined && minSnrGamma === undefined
        ? undefined
        : given({ meanType, minSnrGamma }),
  });
}

/** `shifted:6`, or a name alone. */
function readTimesteps(args: TrainArguments): TimestepChoice | undefined {
  const [name, ...rest] = args.text("timesteps")?.split(":") ?? [];
  if (name === undefined) return undefined;
  const sampler = timestepSamplerNames.find((known) => known === name);
  if (!sampler)
    throw new UnknownNameError({
      kind: "timestep sampler",
      asked: name,
      known: timestepSamplerNames,
    });
  const shift = Number(rest.join(":"));
  if (
    (sampler === "shifted") !== rest.length > 0 ||
    (sampler === "shifted" && !(shift > 0 && shift < Infinity))
  )
    throw new InvalidArgumentError({
      argument: "--timesteps",
      received: args.text("timesteps"),
      expected: "uniform, loss-second-moment, or shifted:S with a positive S such as shifted:6",
    });
  return sampler === "shifted" ? { sampler, shift } : { sampler };
}

export function readPreset(args: TrainArguments): PresetName | undefined {
  return args.choice("preset", "preset", presetNames);
}

/** With an exponent too: learning rates are written so. */
function number(args: TrainArguments, name: keyof typeof trainOptions): number | undefined {
  const text = args.text(name);
  if (text === undefined) return undefined;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError({
    argument: `--${name}`,
    received: text,
    expected: "a number from 0 such as 0.01 or 1e-4",
  });
}
