import { relative, sep } from "node:path";
import { repositoryRoot } from "./workspace.ts";

/** What is read of Vitest's JSON report. */
export interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly startTime: number;
    readonly endTime: number;
    readonly assertionResults: readonly unknown[];
  }[];
}

export interface FileDuration {
  /** From the root of the repository, with slashes. */
  readonly path: string;
  readonly seconds: number;
}

export function fileDurations({ testResults }: Pick<VitestReport, "testResults">): FileDuration[] {
  return testResults.map(({ name, startTime, endTime }) => ({
    path: relative(repositoryRoot, name).split(sep).join("/"),
    seconds: Math.max(0, endTime - startTime) / 1000,
  }));
}

/** The slowest test files, and the seconds of the files of each step; nothing without files. */
export function durationTable(
  steps: readonly { readonly name: string; readonly files: readonly FileDuration[] }[],
  slowest = 20,
): string {
  const files = steps.flatMap((step) => step.files);
  if (files.length === 0) return "";
  const sorted = files.toSorted((a, b) => b.seconds - a.seconds).slice(0, slowest);
  const sums = steps.map(({ name, files }) => ({
    path: `${name}, ${files.length} files`,
    seconds: files.reduce((sum, { seconds }) => sum + seconds, 0),
  }));
  const line = ({ path, seconds }: FileDuration) =>
    `${seconds.toFixed(1).padStart(9)} s  ${path}\n`;
  return `The slowest test files\n${sorted.map(line).join("")}The files of each step, added up\n${sums
    .map(line)
    .join("")}`;
}
