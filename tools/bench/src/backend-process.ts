import type { Backend } from "@glissade/core";
import { type BackendName, openBackend } from "@glissade-tools/backends";
import * as tensorflow from "@tensorflow/tfjs-core";
import { measuredTensorFlow } from "./measured-tensorflow.ts";
import { emojiTask, type Task } from "./networks.ts";

/**
 * What a process of its own is asked: to compile the embedded model's U-Net, to run it, to say what
 * it took.
 */
export type BackendRequest =
  | {
      readonly kind: "open";
      readonly backend: BackendName;
      readonly provider: string;
      readonly batch: number;
    }
  | { readonly kind: "run" }
  | { readonly kind: "report" };

export type BackendAnswer =
  | { readonly kind: "opened"; readonly gigaflops: number }
  | { readonly kind: "ran"; readonly milliseconds: number }
  | {
      readonly kind: "reported";
      readonly megabytes: number;
      readonly tensors: TensorReport | undefined;
    }
  | { readonly kind: "failed"; readonly reason: string };

/** Of TensorFlow.js alone. */
export interface TensorReport {
  /** Weights and constants, between two runs. */
  readonly held: number;
  /** Most at once in a run. */
  readonly peak: number;
  readonly peakMegabytes: number;
  /** Part of the runs' time, 0 to 1, that was spent outside of TensorFlow.js's operations. */
  readonly around: number;
}

const warmUpMilliseconds = 3000;

const measured = measuredTensorFlow(tensorflow);
let opened: { readonly task: Task; readonly backend: Backend } | undefined;
let computing = 0;
let runs = 0;

process.on("message", (request: BackendRequest) => {
  answer(request).then(
    (reply) => process.send?.(reply),
    (error: unknown) =>
      process.send?.({
        kind: "failed",
        reason: error instanceof Error ? error.message : String(error),
      } satisfies BackendAnswer),
  );
});

async function answer(request: BackendRequest): Promise<BackendAnswer> {
  if (request.kind === "open") return open(request);
  if (!opened) throw new Error("Nothing is open.");
  return request.kind === "run" ? run(opened.task) : report(opened);
}

async function open({
  backend: name,
  provider,
  batch,
}: Extract<BackendRequest, { kind: "open" }>): Promise<BackendAnswer> {
  const backend = await openBackend(name, provider, name === "tfjs" ? { tf: measured.tf } : {});
  const task = await emojiTask(backend, batch);
  opened = { task, backend };
  const begin = performance.now();
  do
    await task.run(); // shaders, packed weights, the engine's own compiler
  while (performance.now() - begin < warmUpMilliseconds);
  Object.assign(measured.observed, { milliseconds: 0, operations: 0 });
  return { kind: "opened", gigaflops: task.gigaflops };
}

async function run(task: Task): Promise<BackendAnswer> {
  const begin = performance.now();
  await task.run();
  const milliseconds = performance.now() - begin;
  computing += milliseconds;
  runs++;
  return { kind: "ran", milliseconds };
}

async function report({ task, backend }: { task: Task; backend: Backend }): Promise<BackendAnswer> {
  const megabytes = process.resourceUsage().maxRSS / 1024;
  const tensors = backend.name === "tfjs" ? await tensorReport(task) : undefined;
  await task.dispose();
  await backend.dispose();
  return { kind: "reported", megabytes, tensors };
}

async function tensorReport(task: Task): Promise<TensorReport> {
  const { milliseconds, operations } = measured.observed;
  const clocks = operations * measured.clockCost();
  const around =
    runs === 0 ? Number.NaN : (computing - milliseconds - clocks) / (computing - clocks);
  const held = tensorflow.memory().numTensors;
  measured.countTensors = true;
  await task.run();
  return {
    held,
    peak: measured.observed.peakTensors,
    peakMegabytes: measured.observed.peakBytes / 2 ** 20,
    around,
  };
}
