import { type GenerateOptions, InvalidArgumentError, randomSeed, type SamplerName, type Spacing, samplers, spacings } from "@glissade/core";
import { type Arguments, given, type OptionTable } from "../arguments.ts";
import { assertWritable, writeFiles } from "../atomic-file.ts";
import { command } from "../command.ts";
import { readRunOptions, runGeneration, runOptions } from "../generation.ts";
import { defaultModel } from "../model-source.ts";
import { pictureFiles } from "../picture-files.ts";
import { pictureNames, slug } from "../picture-names.ts";
import { generationReport, jsonText } from "../report.ts";

const samplerNames = Object.keys(samplers) as SamplerName[];

/** The same command makes the same picture unless it is told otherwise. With this seed the model that comes along draws its red apple red. */
const defaultSeed = 5;

const options = {
  out: {
    short: "o",
    value: "FILE|DIR",
    about: "The PNG file to write (overwritten where it exists), or a folder for it. Default: a new name made of prompt and seed, here.",
  },
  count: { short: "n", value: "N", about: "How many pictures, 1 to 256. More than one are numbered, and a contact sheet shows them all. Default: 1." },
  seed: {
    short: "s",
    value: "N|random",
    about: `From 0 to 2^53 - 1; picture k has seed N + k. The same seed makes the same picture; random makes another each time. Default: ${defaultSeed}.`,
  },
  "seed-mode": {
    value: "MODE",
    about: "per-image: each picture has its own noise (the default). batch: one stream for all, drawn in PyTorch's order, as the published notebook does.",
  },
  steps: {
    value: "N|RESPACING",
    about: 'How many steps from noise to picture, or a respacing such as "fast27", "ddim50" or "10,15,20". Default: the model\'s own.',
  },
  sampler: { value: "NAME", about: `${samplerNames.join(", ")}. Default: the model's own.` },
  spacing: { value: "NAME", about: `How the steps are spread: ${spacings.join(", ")}. Default: what suits the sampler.` },
  guidance: { short: "g", value: "SCALE", about: "How closely to follow the prompt; 1 is no guidance. Default: the model's own." },
  negative: { value: "TEXT", about: "What the picture should not show." },
  model: { short: "m", value: "SOURCE", about: `An installed package, a folder, or the URL of one. Default: ${defaultModel}.` },
  ...runOptions,
} as const satisfies OptionTable;

export const generate = command({
  name: "generate",
  about: "Makes pictures from a prompt.",
  usage: '"<prompt>"',
  least: 1,
  most: 1,
  hint: 'Put the prompt in quotes: glissade generate "a red apple".',
  options,
  notes: ['Every picture carries all its settings in the PNG text chunk "glissade"; glissade reproduce makes it again from them.'],
  examples: [
    'glissade generate "a red apple"',
    'glissade generate "a red apple" --count 4 --seed 7 --out apples/',
    'glissade generate "smiling face with sunglasses" --provider cuda,cpu --steps 20 --json',
  ],
  async run(args, context) {
    const run = readRunOptions(args);
    const asked = readGenerateOptions(args);
    const model = args.nonEmpty("model") ?? defaultModel;
    const names = await pictureNames({ out: args.nonEmpty("out"), defaultName: `${slug(asked.prompt)}-${asked.seed}`, count: asked.count });
    const paths = names.sheet === undefined ? names.pictures : [...names.pictures, names.sheet];
    for (const path of paths) await assertWritable(path);
    const generation = await runGeneration(model, asked, run, context);
    await writeFiles(pictureFiles(generation, names, model), context.signal);
    context.stdout.write(run.json ? jsonText(generationReport(generation, names, model)) : `${paths.join("\n")}\n`);
  },
});

type AskedOptions = GenerateOptions & Required<Pick<GenerateOptions, "prompt" | "count" | "seed">>;

/** Everything that can be checked before the model is there is checked here. */
function readGenerateOptions(args: Arguments<keyof typeof options>): AskedOptions {
  const [prompt = ""] = args.positionals;
  if (prompt.trim() === "")
    throw new InvalidArgumentError({ argument: "prompt", received: prompt, expected: "a description of the picture", hint: 'For example "a red apple".' });
  const steps = readSteps(args.text("steps"));
  const ownSpacing: Spacing | undefined = typeof steps === "string" ? "respacing" : undefined; // the one that respacings belong to
  return {
    prompt,
    count: args.integer("count", 1, 256) ?? 1,
    seed: args.text("seed") === "random" ? randomSeed() : (args.integer("seed", 0, Number.MAX_SAFE_INTEGER) ?? defaultSeed),
    ...given({
      negativePrompt: args.text("negative"),
      seedMode: args.choice("seed-mode", "seed mode", ["per-image", "batch"]),
      steps,
      sampler: args.choice("sampler", "sampler", samplerNames),
      spacing: args.choice("spacing", "spacing", spacings) ?? ownSpacing,
      guidance: args.decimal("guidance", 0),
    }),
  };
}

/** A number of steps, or the text of a respacing. */
function readSteps(text: string | undefined): number | string | undefined {
  if (text === undefined || /^(fast27|ddim\d+|\d+(,\d+)+)$/.test(text)) return text;
  if (/^\d+$/.test(text) && Number(text) > 0) return Number(text);
  throw new InvalidArgumentError({
    argument: "--steps",
    received: text,
    expected: 'a whole number from 1, or a respacing such as "fast27", "ddim50" or "10,15,20"',
  });
}
