import { dirname, join } from "node:path";
import { type SamplerName, samplers } from "@glissade/core";
import type { WeightType } from "@glissade/core/weights";
import type { WeightSource } from "@glissade/graph";
import type { OptionTable } from "../arguments.ts";
import { type DescribedNetwork, describeByConfig, published } from "../checkpoint-networks.ts";
import { firstFile } from "../checkpoint-tokenizers.ts";
import { command } from "../command.ts";
import { convertWithProgress, schedules } from "../convert-checkpoints.ts";
import { CheckpointError, inFile, UsageError } from "../errors.ts";
import { assertReplaceable } from "../model-folder.ts";
import { describeMegabytes } from "../progress-bar.ts";
import { readJsonFile } from "../read-json-file.ts";
import { kindOf, type NetworkWeights, recognise } from "../recognise-checkpoint.ts";
import { jsonText } from "../report.ts";

const samplerNames = Object.keys(samplers) as SamplerName[];
const weightTypes = ["float16", "float32", "bfloat16"] as const satisfies readonly WeightType[];

const options = {
  out: { short: "o", value: "DIR", about: "The folder to make." },
  config: {
    value: "FILE",
    about:
      "The network's arguments, under the published code's names. Default: config.json beside the checkpoint, else the published network with these weights.",
  },
  tokenizer: {
    value: "FILE|gpt2",
    about:
      "A tokenizer.json, or GPT-2's 50,257 tokens. Default: tokenizer.json beside the checkpoint, else GPT-2's where the network has as many.",
  },
  dtype: {
    value: "TYPE",
    about: `How weights are stored: ${weightTypes.join(", ")}. float16 halves the file. Default: as they are.`,
  },
  schedule: {
    value: "NAME",
    about: `The noise schedule of its training: ${schedules.join(", ")}. Default: the config's, else the one its kind was published with.`,
  },
  sampler: {
    value: "NAME",
    about:
      "What generate uses by default with this model. Default: dpmpp-2m, and ddpm for guided-diffusion's.",
  },
  steps: { value: "N", about: "The same for the number of steps. Default: 15, and 250." },
  guidance: {
    value: "SCALE",
    about:
      "The same for the guidance scale, of a classifier for guided-diffusion's. Default: 3, and 1.",
  },
  force: { about: "Replace a model that lies there." },
  json: { about: "Print one JSON document instead of the folder's path." },
  quiet: { short: "q", about: "No progress." },
} as const satisfies OptionTable;

export const convert = command({
  name: "convert",
  about: "Makes a model folder of checkpoints: PyTorch files or safetensors.",
  usage: "<checkpoint...> --out DIR",
  least: 1,
  most: 8,
  hint: "Give the checkpoints of one model, e.g. glissade convert base.pt upsample.pt --out glide.",
  options,
  notes: [
    "Nothing in a checkpoint is executed: only tensors are read from it. Every weight is checked against the network before anything is written, and the folder appears when it is complete.",
    `The published networks are recognised by their weights: ${Object.keys(published).join(", ")}.`,
  ],
  examples: [
    "glissade convert base.pt --out glide --dtype float16",
    "glissade convert my.pt --config my.json --tokenizer tokenizer.json --out my-model",
  ],
  async run(args, context) {
    const out = args.nonEmpty("out");
    if (out === undefined) throw new UsageError("Say where the model goes: --out DIR.");
    const dtype = args.choice("dtype", "weight type", weightTypes);
    const [sampler, steps, scale] = [
      args.choice("sampler", "sampler", samplerNames),
      args.integer("steps", 1, 100_000),
      args.decimal("guidance", 0),
    ];
    const [schedule, tokenizer, config] = [
      args.choice("schedule", "noise schedule", schedules),
      args.nonEmpty("tokenizer"),
      args.nonEmpty("config"),
    ];
    if (args.positionals.length > 1 && (config !== undefined || schedule !== undefined))
      throw new UsageError(
        "--config and --schedule are for one checkpoint. Convert them one by one, or put a config.json beside each.",
      );
    await assertReplaceable(out, args.has("force"));

    const checkpoints = args.positionals.map((file) => ({
      file,
      describe: (source: WeightSource, weights: NetworkWeights) =>
        describedBy(file, source, weights, config),
    }));
    const conversion = {
      checkpoints,
      out,
      dtype,
      schedule,
      tokenizer,
      generation: { sampler, steps, scale },
    };
    const report = await convertWithProgress(
      conversion,
      { quiet: args.has("quiet"), describe: describeMegabytes },
      context,
    );
    context.stdout.write(args.has("json") ? jsonText(report) : `${out}\n`);
  },
});

/**
 * In the order of how explicit they are: `--config`, the file beside the checkpoint, the published
 * network with these weights.
 */
async function describedBy(
  file: string,
  source: WeightSource,
  weights: NetworkWeights,
  asked: string | undefined,
): Promise<DescribedNetwork> {
  const path = asked ?? (await firstFile([join(dirname(file), "config.json")]));
  if (path !== undefined) {
    const json = await readJsonFile(path);
    return inFile(path, () =>
      describeByConfig(
        json.super_res === true || json.inpaint === true ? "glide" : kindOf(weights),
        json,
      ),
    );
  }
  const found = recognise(source, weights);
  if (found) return found.described;
  throw new CheckpointError(
    `${file} is none of the published networks (${Object.keys(published).join(", ")}). Give its arguments: --config FILE.`,
  );
}
