import { InvalidArgumentError } from "@glissade/core";

/**
 * What is known after a training step: any numbers by name, of which some are shown in the terminal
 * and drawn in reports.
 */
export interface TrainingRecord {
  /** Optimiser steps that are done; grows from record to record. */
  readonly step: number;
  /** Seconds since 1970. */
  readonly time: number;
  /** Examples that the run has learnt from. */
  readonly samples?: number | undefined;
  readonly loss?: number | undefined;
  readonly mse?: number | undefined;
  /** The variational bound's term, which trains the variance. */
  readonly vb?: number | undefined;
  readonly gradientNorm?: number | undefined;
  readonly learningRate?: number | undefined;
  readonly samplesPerSecond?: number | undefined;
  /** Examples or steps that were left out so far. */
  readonly skipped?: number | undefined;
  readonly [scalar: string]: number | undefined;
}

/**
 * NaN and the infinities as strings: JSON has no numbers for them, and protocol buffers' JSON
 * mapping writes them so.
 */
const nonFinite: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Infinity,
  "-Infinity": -Infinity,
};

/** One line of JSON, without its end. @throws InvalidArgumentError where something is no number. */
export function formatRecord(record: TrainingRecord): string {
  const entries = Object.entries(record).filter(([, value]) => value !== undefined);
  for (const [argument, received] of entries) {
    if (typeof received !== "number")
      throw new InvalidArgumentError({ argument, received, expected: "a number" });
  }
  if (!Number.isSafeInteger(record.step) || record.step < 0)
    throw new InvalidArgumentError({
      argument: "step",
      received: record.step,
      expected: "a whole number from 0",
    });
  return JSON.stringify(
    Object.fromEntries(
      entries.map(([name, value]) => [name, Number.isFinite(value) ? value : String(value)]),
    ),
  );
}

/** The record of a line; undefined where the line is none. */
export function parseRecord(line: string): TrainingRecord | undefined {
  const parsed = parseJson(line);
  if (typeof parsed !== "object" || parsed === null) return undefined;
  const numbers: Record<string, number> = {};
  for (const [name, value] of Object.entries(parsed)) {
    const number = typeof value === "string" ? nonFinite[value] : value;
    if (typeof number !== "number") return undefined;
    numbers[name] = number;
  }
  const { step, time } = numbers;
  return step !== undefined && Number.isSafeInteger(step) && time !== undefined
    ? { ...numbers, step, time }
    : undefined;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
