import { type Progress, progressLine } from "./progress-line.ts";

/** Where progress is written: `process.stderr`, or what a test gives. */
export interface ProgressOutput {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

export interface ProgressDisplay {
  update(progress: Progress): void;
  /** A line that stays, above the progress. */
  note(text: string): void;
  /** Leaves the last progress standing. Safe to call twice. */
  end(): void;
}

export interface ProgressDisplayOptions {
  /** Seconds between two lines where there is no terminal. */
  readonly every?: number;
  /** Seconds from any fixed moment. */
  readonly now?: () => number;
}

/** Redraws on a terminal at most so often: more is not seen. */
const redrawEvery = 0.1;

/**
 * One line that is rewritten in place on a terminal; in a file a line every so many seconds, with
 * the first and the last.
 */
export function progressDisplay(
  output: ProgressOutput,
  { every = 30, now = () => performance.now() / 1000 }: ProgressDisplayOptions = {},
): ProgressDisplay {
  const isTerminal = output.isTTY === true;
  let told = -Infinity;
  let pending: string | undefined;
  let drawn = "";
  const show = (line: string) => {
    told = now();
    pending = undefined;
    drawn = line;
    if (!isTerminal) return output.write(`${line}\n`);
    return output.write(`\r\x1b[2K${line.slice(0, Math.max((output.columns ?? 80) - 1, 0))}`);
  };
  return {
    update(progress) {
      const line = progressLine(progress);
      if (now() - told >= (isTerminal ? redrawEvery : every) || progress.step >= progress.steps)
        show(line);
      else pending = line;
    },
    note(text) {
      output.write(isTerminal && drawn ? `\r\x1b[2K${text}\n` : `${text}\n`);
      if (isTerminal && drawn) show(pending ?? drawn);
    },
    end() {
      if (pending !== undefined) show(pending);
      if (isTerminal && drawn) output.write("\n");
      drawn = "";
    },
  };
}
