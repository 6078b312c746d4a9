import { InvalidArgumentError, UnknownNameError } from "@glissade/core";
import {
  type PresetName,
  presetNames,
  type RecipeChanges,
  type TimestepChoice,
  timestepSamplerNames,
} from "@glissade/train";
import { type Arguments, given, type OptionTable } from "../arguments.ts";

export const trainOptions = {
  data: {
    short: "d",
    value: "PATH",
    about:
      "Pictures with captions: a folder (a.png beside a.txt, or a metadata.jsonl), a .jsonl manifest, WebDataset .tar shards (shard-{000..012}.tar), or module:PATH?name=value, a JavaScript module that exports a function which opens training data.",
  },
  out: {
    short: "o",
    value: "DIR",
    about:
      "The run's folder: checkpoints, logs, sample pictures, model/ and report.html. For export: the model folder.",
  },
  from: {
    value: "SOURCE",
    about:
      "The network to go on with: a run's folder, a model folder, a package or a URL. Fine-tuning needs one.",
  },
  preset: {
    value: "NAME",
    about: `Whose sizes the recipe has: ${presetNames.join(" or ")}. Default: emoji.`,
  },
  recipe: {
    value: "FILE",
    about:
      "A JSON file with fields of the recipe that are other than the preset's. Options come after it.",
  },
  network: {
    value: "FILE",
    about: "A JSON file with the network's arguments, in place of the recipe's.",
  },
  tokenizer: {
    value: "FILE|NAME",
    about:
      "A tokenizer.json, or gpt2, clip (cut to the recipe's n_vocab) or emoji (the model's that comes along). Default: that of --from, else the preset's.",
  },
  classes: {
    value: "FILE",
    about:
      "For classifier: a JSON file with a list of captions, one a class, or an object from caption to class.",
  },
  steps: { value: "N", about: "Steps of the whole run. Default: the recipe's." },
  minutes: {
    value: "N",
    about: "Instead: as many steps as fit into N minutes by the speed of the first ones.",
  },
  batch: { value: "N", about: "Examples a step." },
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
  "max-norm": { value: "X", about: "The gradient's norm is cut to this." },
  ema: {
    value: "X,...",
    about: "Decays of the moving averages. Pictures and the model are made with the longest.",
  },
  predict: { value: "NAME", about: "What the network says: epsilon, velocity or start-x." },
  "min-snr": { value: "GAMMA", about: "Min-SNR weighting of the loss, usually 5." },
  timesteps: {
    value: "NAME",
    about:
      "Which steps are trained: uniform, loss-second-moment, or shifted:S, which draws the noisiest S times as often. Default: the recipe's, uniform.",
  },
  "empty-share": {
    value: "SHARE",
    about: "Share of captions that are dropped, for classifier-free guidance.",
  },
  mirror: {
    about:
      "Flip pictures left to right, by chance (not for module: data, which decide themselves).",
  },
  seed: {
    short: "s",
    value: "N",
    about: "Of the first weights, the order of the data and all noise. Default: 1.",
  },
  workers: {
    value: "N",
    about:
      "Networks that compute side by side, each in a thread of its own. Default: one per core, as far as the batch has parts.",
  },
  threads: { value: "N", about: "Threads of each worker. Default: 1." },
  "sample-every": {
    value: "N",
    about: "Steps between two grids of sample pictures; 0 for none. Default: 500.",
  },
  prompts: {
    value: 'FILE|"A; B"',
    about:
      "What sample pictures are asked for: a text file with one a line, or a list with semicolons. Default: captions of the data.",
  },
  guidance: {
    value: "SCALE",
    about:
      "Of sample pictures. Default: 3, and 1 for an upsampler or where no captions are dropped.",
  },
  "checkpoint-minutes": { value: "N", about: "Minutes between two checkpoints. Default: 5." },
  resume: {
    about:
      "Go on with the run in --out, whose recipe need not be given again; begin it where there is none.",
  },
  "dry-run": { about: "Tell parameters, memory, disk and time, and write nothing." },
  "no-measure": { about: "With --dry-run: do not run two steps to tell the time." },
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
