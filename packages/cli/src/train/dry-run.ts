import { duration, estimateRun, freeBytesIn, measureStep, workerGradients } from "@glissade/train";
import type { Context } from "../command.ts";
import { jsonText } from "../report.ts";
import type { RunPlan } from "./plan-run.ts";
import { workerBackend } from "./training-backend.ts";

/** Tells what a run will cost, and writes nothing. */
export async function dryRun(
  plan: RunPlan,
  { measures, json }: { readonly measures: boolean; readonly json: boolean },
  { stdout, signal }: Context,
): Promise<void> {
  const { run, data, folder, workers } = plan;
  const estimate = estimateRun(run, { workers });
  const secondsPerStep = measures ? await measured(plan, signal) : undefined;
  const { recipe } = run;
  const steps =
    secondsPerStep !== undefined && plan.minutes !== undefined
      ? stepsIn(plan.minutes, secondsPerStep)
      : recipe.steps;
  const freeBytes = await freeBytesIn(folder ?? ".");
  if (json)
    return void stdout.write(
      jsonText({
        recipe: { ...recipe, steps },
        data: data.description,
        workers,
        ...estimate,
        freeBytes,
        secondsPerStep,
      }),
    );
  const { memory, gflop, disk } = estimate;
  const { total, ...parts } = memory;
  const lines: (readonly [label: string, text: string])[] = [
    ["data", data.description],
    ["parameters", estimate.parameters.toLocaleString("en")],
    [
      "work",
      `${gflop.forward.toFixed(2)} GFLOP an example, ${gflop.forwardAndBackward.toFixed(2)} with its gradient (convolutions and matrix products)`,
    ],
    [
      "batch",
      `${recipe.batchSize} examples in parts of ${recipe.partSize}, ${workers} side by side`,
    ],
    [
      "memory",
      `about ${bytes(total)}: ${Object.entries(parts)
        .map(([name, size]) => `${name} ${bytes(size)}`)
        .join(", ")}`,
    ],
    [
      "disk",
      `${bytes(disk.checkpoint)} a checkpoint, up to ${bytes(disk.checkpoints)} at a time${freeBytes === undefined ? "" : `; ${bytes(freeBytes)} free`}`,
    ],
    ["time", timeText(secondsPerStep, steps, recipe.batchSize)],
  ];
  stdout.write(lines.map(([label, text]) => `${label.padEnd(12)}${text}\n`).join(""));
}

/** How many steps fit into a time. */
export function stepsIn(minutes: number, secondsPerStep: number): number {
  return Math.max(1, Math.floor((60 * minutes) / secondsPerStep));
}

async function measured(
  { run, data, seed, workers, threads }: RunPlan,
  signal: AbortSignal,
): Promise<number> {
  const engine = await workerGradients(run.loss, {
    backend: workerBackend(threads),
    workers,
    signal,
  });
  try {
    return await measureStep(run, { data, engine, seed, signal });
  } finally {
    await engine.dispose();
  }
}

function timeText(secondsPerStep: number | undefined, steps: number, batchSize: number): string {
  const count = `${steps.toLocaleString("en")} steps`;
  if (secondsPerStep === undefined) return `${count}; not measured`;
  return `${secondsPerStep.toFixed(secondsPerStep < 1 ? 3 : 1)} s a step (${(batchSize / secondsPerStep).toFixed(1)} examples/s, measured); ${count}: ${duration(steps * secondsPerStep)}`;
}

function bytes(count: number): string {
  return count < 1e9
    ? `${(count / 1e6).toFixed(count < 1e7 ? 1 : 0)} MB`
    : `${(count / 1e9).toFixed(1)} GB`;
}
