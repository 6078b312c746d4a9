import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { onnx } from "@glissade/backend-onnx";
import { emoji } from "@glissade/model-emoji";
import { baseStudy } from "./base-study.ts";
import { cascadeStudy } from "./cascade-study.ts";
import { writeReport } from "./report.ts";
import type { Results } from "./results.ts";
import { describeSetting } from "./settings.ts";
import { measureTraining } from "./training-floor.ts";
import { mostImages, openWorkbench, type Workbench } from "./workbench.ts";

const usage = `npm run few-steps -- [--data DATA] [--model MODEL] [--images 256] [--cascade-images 96] [--out docs] [--work .data/few-steps] [--report]

Measures how few evaluations of the networks do, by the Fréchet distance of images in the features of the model's own CLIP: from 250 ancestral steps, and from training images where DATA names them as for glissade train --data.
Writes few-steps.json, and from it few-steps.svg and the tables of few-steps.md. Takes more than an hour on two cores; what was made is kept in WORK, so that a run that was stopped goes on.

  --report   only make the plot and the tables anew from few-steps.json`;

/** Each image has a seed of its own, so the two series must not meet. */
const seeds = [1000, 2000] as const;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: "string" },
      model: { type: "string" },
      images: { type: "string", default: String(mostImages) },
      "cascade-images": { type: "string", default: "96" },
      out: { type: "string", default: "docs" },
      work: { type: "string", default: join(".data", "few-steps") },
      report: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(usage);
  const path = join(values.out, "few-steps.json");
  if (values.report)
    // what this program wrote
    return writeReport(JSON.parse(await readFile(path, "utf8")) as Results, values.out);
  const [images, cascadeImages] = [
    imageCount("--images", values.images),
    imageCount("--cascade-images", values["cascade-images"]),
  ];
  const backend = onnx();
  const bench = await openWorkbench(values.model ?? emoji, { backend, work: values.work });
  for await (const results of study(bench, { images, cascadeImages, data: values.data }))
    await writeFile(path, `${JSON.stringify(results, undefined, 1)}\n`);
  await bench.dispose();
  await backend.dispose();
  // what was just written
  await writeReport(JSON.parse(await readFile(path, "utf8")) as Results, values.out);
}

interface StudyArguments {
  readonly images: number;
  readonly cascadeImages: number;
  readonly data: string | undefined;
}

/** The results so far, every time there is one more. */
async function* study(
  bench: Workbench,
  { images, cascadeImages, data }: StudyArguments,
): AsyncGenerator<Results, void, void> {
  const { glide } = bench;
  const training =
    data === undefined ? undefined : await measureTraining(bench, data, { images, cascadeImages });
  let results: Results = {
    model: "@glissade/model-emoji",
    guidance: glide.defaults.guidanceScale,
    images,
    cascadeImages,
    training: training?.floor,
    base: [],
    cascade: [],
  };
  for await (const result of baseStudy(bench, {
    count: images,
    seeds,
    training: training?.base,
  })) {
    const { setting, seed, evaluations, distances } = result;
    console.log(
      `${describeSetting(setting)}, seed ${seed}: ${evaluations} evaluations, ${shown(distances.yardstick)} ${shown(distances.training)}`,
    );
    results = { ...results, base: [...results.base, result] };
    yield results;
  }
  if (!glide.networks.includes("upsampler")) return;
  for await (const result of cascadeStudy(bench, {
    count: cascadeImages,
    seeds,
    training: training?.large,
  })) {
    const { base, upsampler, seed, shrunk, crops } = result;
    const cost = `${result.baseEvaluations} + ${result.upsamplerEvaluations} evaluations`;
    const distances = [shrunk.yardstick, shrunk.training, crops.yardstick, crops.training]
      .map(shown)
      .join(" ");
    console.log(
      `${describeSetting(base)}, then ${describeSetting(upsampler)}, seed ${seed}: ${cost}, ${distances}`,
    );
    results = { ...results, cascade: [...results.cascade, result] };
    yield results;
  }
}

function shown(distance: number | undefined): string {
  return distance?.toFixed(4) ?? "";
}

function imageCount(option: string, text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 2 && count <= mostImages) return count;
  throw new Error(
    `${option} is ${text}; expected a whole number from 2 to ${mostImages}, the captions that there are.\n\n${usage}`,
  );
}

await main();
