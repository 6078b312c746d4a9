import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { grouped } from "./grouped.ts";
import { plot } from "./plot.ts";
import { replaceMarked } from "./replace-marked.ts";
import type { Distances, Results } from "./results.ts";
import { describeSetting } from "./settings.ts";

/**
 * Seconds that a pass of the published networks takes on two cores: the base network with guidance,
 * which has two rows, and the upsampler without.
 */
const fullSizeSeconds = { base: 3.1, upsampler: 10 };

/** The plot, and the tables between their marks in few-steps.md. */
export async function writeReport(results: Results, folder: string): Promise<void> {
  await writeFile(join(folder, "few-steps.svg"), await plot(results));
  const path = join(folder, "few-steps.md");
  // another folder than docs has no page
  const page = await readFile(path, "utf8").catch(() => undefined);
  const tables = {
    measure: measureTable(results),
    base: baseTable(results),
    cascade: cascadeTable(results),
  };
  if (page === undefined) return console.log(Object.values(tables).join("\n\n"));
  await writeFile(
    path,
    Object.entries(tables).reduce((text, [name, table]) => replaceMarked(text, name, table), page),
  );
}

function measureTable({ images, cascadeImages, training }: Results): string {
  const rows = [["images a setting and seed", `${images}, and ${cascadeImages} of the cascade`]];
  if (training) {
    rows.push([
      `${training.images} training images from ${training.references} others`,
      digits(training.base),
    ]);
    const { large } = training;
    if (large)
      rows.push([
        `${large.images} large ones from ${large.references} others, shrunk; crops`,
        `${digits(large.shrunk)}; ${digits(large.crops)}`,
      ]);
  }
  return table(["", ""], rows);
}

export function baseTable({ base }: Results): string {
  const rows = grouped(base, ({ setting }) => describeSetting(setting)).map(([name, runs]) => [
    name,
    String(runs[0]?.evaluations),
    spread(runs.map(({ distances }) => distances.yardstick)),
    spread(runs.flatMap(({ distances }) => distances.training ?? [])),
  ]);
  return table(
    ["sampler and steps", "evaluations", "from 250 ancestral steps", "from training images"],
    rows,
  );
}

export function cascadeTable({ cascade }: Results): string {
  const rows = grouped(
    cascade,
    ({ base, upsampler }) => `${describeSetting(base)}, then ${describeSetting(upsampler)}`,
  ).map(([name, runs]) => {
    const of = (view: "shrunk" | "crops", measure: keyof Distances) =>
      spread(runs.flatMap((run) => run[view][measure] ?? []));
    const { baseEvaluations = 0, upsamplerEvaluations = 0 } = runs[0] ?? {};
    const seconds = Math.round(
      fullSizeSeconds.base * baseEvaluations + fullSizeSeconds.upsampler * upsamplerEvaluations,
    );
    return [
      name,
      `${baseEvaluations} + ${upsamplerEvaluations}`,
      `${seconds} s`,
      of("shrunk", "yardstick"),
      of("shrunk", "training"),
      of("crops", "yardstick"),
      of("crops", "training"),
    ];
  });
  const heads = [
    "base, then upsampler",
    "evaluations",
    "full size",
    "shrunk, from the notebook",
    "from training images",
    "crops, from the notebook",
    "from training images",
  ];
  return table(heads, rows);
}

/** The mean, and what the seeds gave. */
function spread(values: readonly number[]): string {
  if (values.length === 0) return "";
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.length === 1 ? digits(mean) : `${digits(mean)} (${values.map(digits).join(", ")})`;
}

function digits(value: number): string {
  return value.toFixed(4);
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return [heads, heads.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}
