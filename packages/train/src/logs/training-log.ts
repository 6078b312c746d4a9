import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { InvalidArgumentError } from "@glissade/core";
import { writingFault } from "./log-error.ts";
import {
  type ProgressDisplayOptions,
  type ProgressOutput,
  progressDisplay,
} from "./progress-display.ts";
import { RateEstimator } from "./rate-estimator.ts";
import { openRecordFile } from "./record-file.ts";
import { type EventWriter, openEventFile } from "./tensorboard-events.ts";
import type { TrainingRecord } from "./training-record.ts";

export interface TrainingLogOptions {
  /** Steps that the run will have in all. */
  readonly steps: number;
  /**
   * The step that the run goes on from; where it is not given the folder must not hold records yet.
   */
  readonly resumeAt?: number | undefined;
  /** Where the progress line goes, e.g. `process.stderr`; nowhere where it is not given. */
  readonly output?: ProgressOutput | undefined;
  /** Seconds between two progress lines where there is no terminal. */
  readonly every?: number;
  /** Whether TensorBoard's event files are written too. */
  readonly tensorBoard?: boolean;
  /** Seconds since 1970. */
  readonly now?: () => number;
}

/** What a step is recorded as: the time is added where it is not given. */
export type NewRecord = Omit<TrainingRecord, "time"> & {
  readonly step: number;
  readonly time?: number;
};

/** The log of a training run: `log.jsonl`, TensorBoard's event files, a line in the terminal. */
export interface TrainingLog {
  /** Path of `log.jsonl`. */
  readonly path: string;
  /** Every record of the run so far, those before it was resumed included. */
  readonly records: readonly TrainingRecord[];
  /**
   * Handed to the system before it returns: it outlives the process. @throws LogError where it
   * cannot be written: what was written before stays good.
   */
  record(record: NewRecord): void;
  /** An image for TensorBoard, as a PNG file's bytes. */
  image(step: number, tag: string, png: Uint8Array): void;
  /** A line in the terminal that stays. */
  note(text: string): void;
  /** Safe to call twice. */
  close(): void;
}

/**
 * Opens the log of a training run, in a folder that is made where it is missing.
 *
 * @throws LogError where it cannot be written, or holds another run and `resumeAt` is not given.
 * @example
 * ```ts
 * const log = openTrainingLog("runs/emoji", { steps: 6000, output: process.stderr });
 * log.record({ step: 1, samples: 32, loss: 1.02, gradientNorm: 3.1, learningRate: 1e-4, samplesPerSecond: 39.8 });
 * log.close();
 * ```
 */
export function openTrainingLog(folder: string, options: TrainingLogOptions): TrainingLog {
  const {
    steps,
    resumeAt,
    output,
    every,
    tensorBoard = true,
    now = () => Date.now() / 1000,
  } = options;
  makeFolder(folder);
  const path = join(folder, "log.jsonl");
  const file = openRecordFile(path, { resumeAt });
  const events = tensorBoard
    ? openEvents(folder, { time: now(), resumeAt }, file.close)
    : undefined;
  const displayOptions: ProgressDisplayOptions = { now, ...(every !== undefined && { every }) };
  const display = output && progressDisplay(output, displayOptions);
  const records = [...file.kept];
  const rate = new RateEstimator();
  return {
    path,
    records,
    record({ time = now(), ...given }) {
      const last = records.at(-1)?.step ?? -1;
      if (given.step <= last)
        throw new InvalidArgumentError({
          argument: "step",
          received: given.step,
          expected: `a step after the last one recorded, ${last}`,
        });
      const record: TrainingRecord = { time, ...given };
      file.append(record);
      records.push(record);
      const { step, time: _, ...scalars } = record;
      events?.scalars(step, time, scalars);
      rate.update(step, time);
      display?.update({ ...scalars, step, steps, eta: rate.secondsFor(steps - step) });
    },
    image(step, tag, png) {
      events?.image(step, now(), tag, png);
    },
    note: (text) => display?.note(text),
    close() {
      display?.end();
      file.close();
      events?.close();
    },
  };
}

function openEvents(
  folder: string,
  options: Parameters<typeof openEventFile>[1],
  onFailure: () => void,
): EventWriter {
  try {
    return openEventFile(folder, options);
  } catch (error) {
    onFailure();
    throw error;
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw writingFault(folder, cause);
  }
}
