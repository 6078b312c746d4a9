import type { Output } from "./command.ts";

const barWidth = 28;
/** Where there is no terminal to draw on, a line at the first step and about this many more. */
const lines = 10;

export interface ProgressBar {
  /** `done` of `total` steps are finished. */
  update(done: number, total: number): void;
  /** A line that stays, above the bar. */
  note(text: string): void;
  /** Takes the bar away. Safe to call twice. */
  end(): void;
}

export interface ProgressBarOptions {
  readonly quiet?: boolean;
  /** How far it is, in words. */
  readonly describe?: (done: number, total: number) => string;
  /** Milliseconds from any fixed moment. */
  readonly now?: () => number;
}

/**
 * A bar that redraws itself on a terminal; lines in a log; nothing where `quiet`, apart from notes.
 */
export function progressBar(
  output: Output,
  {
    quiet = false,
    describe = describeSteps,
    now = () => performance.now(),
  }: ProgressBarOptions = {},
): ProgressBar {
  let started: { readonly at: number; readonly done: number } | undefined;
  let drawn = "";
  let told = -1; // the first step is told: a large network takes minutes for a tenth
  const draw = (line: string) => {
    const fitting = line.slice(0, Math.max((output.columns ?? 80) - 1, 0));
    if (fitting !== drawn) output.write(`\r\x1b[2K${fitting}`);
    drawn = fitting;
  };
  return {
    update(done, total) {
      if (quiet) return;
      const time = now();
      started ??= { at: time, done };
      // without the first step, which also warms up
      const rate = (time - started.at) / (done - started.done) / 1000;
      const left =
        done > started.done && done < total ? `, ${duration((total - done) * rate)} left` : "";
      const line = `${describe(done, total)}${left}`;
      if (output.isTTY) return draw(`${bar(done / total)} ${line}`);
      const part = Math.floor((done / total) * lines);
      if (part === told) return;
      told = part;
      output.write(`${line}\n`);
    },
    note(text) {
      const redraw = drawn;
      draw("");
      output.write(`${text}\n`);
      if (redraw) draw(redraw);
    },
    end() {
      draw("");
    },
  };
}

function bar(fraction: number): string {
  const filled = Math.round(fraction * barWidth);
  return "█".repeat(filled) + "░".repeat(barWidth - filled);
}

function describeSteps(done: number, total: number): string {
  return `step ${String(done).padStart(String(total).length)} of ${total}`;
}

/** How far it is, for steps that are bytes. */
export function describeMegabytes(done: number, total: number): string {
  return `${(done / 1e6).toFixed(0)} of ${(total / 1e6).toFixed(0)} MB`;
}

function duration(seconds: number): string {
  if (seconds >= 100) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return `${seconds >= 10 ? Math.round(seconds) : seconds.toFixed(1)} s`;
}
