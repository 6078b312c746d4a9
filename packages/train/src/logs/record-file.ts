import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { openAppendFile } from "./append-file.ts";
import { LogError, writingFault } from "./log-error.ts";
import { formatRecord, parseRecord, type TrainingRecord } from "./training-record.ts";

/** A file of records, one JSON object a line. */
export interface RecordFile {
  append(record: TrainingRecord): void;
  close(): void;
  /** What was kept when it was opened, in order. */
  readonly kept: readonly TrainingRecord[];
}

/**
 * Opens a file of records to go on with. What a killed run left half written is cut off, and so are
 * the records after the step that is resumed: no step appears twice.
 *
 * @param resumeAt the step that the run goes on from; where it is not given the file must not hold
 * a record yet
 * @throws LogError where it does, or the file cannot be read or written.
 */
export function openRecordFile(
  path: string,
  { resumeAt }: { readonly resumeAt?: number | undefined } = {},
): RecordFile {
  const bytes = readIfThere(path);
  const lines = bytes ? linesOf(bytes) : [];
  if (resumeAt === undefined && lines.some(({ record }) => record))
    throw new LogError({
      path,
      reason: "it holds the records of a run already",
      advice: "Resume that run, or choose another folder.",
    });
  const kept = lines.filter(({ record }) => record !== undefined && record.step <= (resumeAt ?? 0));
  const size = kept.reduce((sum, { end, start }) => sum + end - start, 0);
  // Where something between good records is damaged, the good ones have to move together; otherwise
  // the end is cut off.
  if (bytes && kept.at(-1) && kept.at(-1)?.end !== size)
    rewrite(path, Buffer.concat(kept.map(({ start, end }) => bytes.subarray(start, end))));
  const file = openAppendFile(path, { size, isNew: bytes === undefined });
  return {
    append: (record) => file.append(Buffer.from(`${formatRecord(record)}\n`)),
    close: file.close,
    kept: kept.flatMap(({ record }) => record ?? []),
  };
}

/**
 * The records of a run, in order; lines that are none are left out. @throws LogError where the file
 * cannot be read.
 */
export function readRecords(path: string): TrainingRecord[] {
  const bytes = readIfThere(path);
  if (!bytes)
    throw new LogError({
      path,
      reason: "there is no such file",
      advice: "Give the records of a training run.",
    });
  return linesOf(bytes).flatMap(({ record }) => record ?? []);
}

interface Line {
  readonly start: number;
  /** Behind the line's end. */
  readonly end: number;
  readonly record: TrainingRecord | undefined;
}

/** Complete lines only: one without its end was being written when the run was killed. */
function linesOf(bytes: Buffer): Line[] {
  const lines: Line[] = [];
  for (
    let start = 0, end = bytes.indexOf(10) + 1;
    end > 0;
    start = end, end = bytes.indexOf(10, start) + 1
  ) {
    lines.push({ start, end, record: parseRecord(bytes.toString("utf8", start, end)) });
  }
  return lines;
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw new LogError({
      path,
      reason: `it cannot be read (${cause instanceof Error && "code" in cause ? cause.code : cause})`,
      advice: "Check the path.",
      cause,
    });
  }
}

function rewrite(path: string, contents: Uint8Array): void {
  try {
    writeFileSync(`${path}.part`, contents);
    renameSync(`${path}.part`, path);
  } catch (cause) {
    throw writingFault(path, cause);
  }
}
