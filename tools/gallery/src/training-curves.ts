import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readRecords, readRunDescription, type TrainingRecord } from "@glissade/train";
import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

const usage = `npm run curves -- --out FILE.svg NAME=RUN...

Draws the loss of training runs, one panel a run, and prints a table of them: seed, examples seen, hours, first and last loss, and the command.`;

/** Points of a curve: each is the mean of a stretch of the run. */
const pointsPerCurve = 150;
/** A step that took longer, in seconds, was not one: the run had been stopped. */
const longestStep = 60;

interface Stage {
  readonly name: string;
  readonly folder: string;
  readonly records: readonly TrainingRecord[];
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { out: { type: "string" }, help: { type: "boolean", default: false } },
  });
  if (values.help || !values.out || positionals.length === 0) return console.log(usage);
  const stages = positionals.map((given): Stage => {
    const [name = "", folder = ""] = given.split("=");
    return { name, folder, records: readRecords(join(folder, "log.jsonl")) };
  });
  await writeFile(
    values.out,
    await new View(parse(compile(panels(stages)).spec), { renderer: "none" }).toSVG(),
  );
  console.log(
    "| stage | seed | examples | hours | loss | command |\n| --- | --- | --- | --- | --- | --- |",
  );
  for (const stage of stages) console.log(await tableRow(stage));
}

function panels(stages: readonly Stage[]): TopLevelSpec {
  return {
    data: { values: stages.flatMap(curve) },
    mark: "line",
    encoding: {
      facet: {
        field: "stage",
        type: "nominal",
        columns: 3,
        title: null,
        sort: stages.map(({ name }) => name),
      },
      x: { field: "samples", type: "quantitative", title: "examples seen", axis: { format: "~s" } },
      y: {
        field: "loss",
        type: "quantitative",
        title: "loss",
        scale: { type: "log", nice: false, zero: false },
      },
    },
    width: 220,
    height: 140,
    resolve: { scale: { x: "independent", y: "independent" } },
    config: { background: "white" },
  };
}

function curve({
  name,
  records,
}: Stage): { readonly stage: string; readonly samples: number; readonly loss: number }[] {
  const stretch = Math.max(1, Math.ceil(records.length / pointsPerCurve));
  return Array.from({ length: Math.floor(records.length / stretch) }, (_, i) => {
    const part = records.slice(i * stretch, (i + 1) * stretch);
    return { stage: name, samples: part.at(-1)?.samples ?? 0, loss: meanLoss(part) };
  });
}

async function tableRow({ name, folder, records }: Stage): Promise<string> {
  const run = await readRunDescription(folder);
  if (!run) throw new Error(`${folder} is not the folder of a training run.`);
  const seconds = records.slice(1).reduce((sum, { time }, i) => {
    const step = time - (records[i]?.time ?? time);
    return sum + (step < longestStep ? step : 0);
  }, 0);
  const few = Math.ceil(records.length / 50);
  const losses = [records.slice(0, few), records.slice(-few)]
    .map((part) => meanLoss(part).toFixed(4))
    .join(" to ");
  return `| ${name} | ${run.seed} | ${records.at(-1)?.samples?.toLocaleString("en-US")} | ${(seconds / 3600).toFixed(2)} | ${losses} | \`${run.command}\` |`;
}

function meanLoss(records: readonly TrainingRecord[]): number {
  return records.reduce((sum, { loss = Number.NaN }) => sum + loss, 0) / records.length;
}

await main();
