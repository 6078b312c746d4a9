import { availableParallelism } from "node:os";
import { durationTable } from "./durations.ts";
import { type Outcome, type Step, skipped } from "./step.ts";

export interface RunStepsOptions {
  readonly write?: (text: string) => void;
  /** How many steps run beside each other. Default: as many as there are processors. */
  readonly atOnce?: number;
  /** Steps that may be left out, by name, where they would start later than this. */
  readonly leaveOut?: { readonly names: readonly string[]; readonly afterMinutes: number };
}

/**
 * Starts the steps in order, prints a line for each that ends, the output of those that failed,
 * the slowest test files, and `N passed, N failed` last. A step whose needed step failed counts as failed too.
 *
 * @returns whether nothing failed
 */
export async function runSteps(
  steps: readonly Step[],
  {
    write = (text) => process.stdout.write(text),
    atOnce = availableParallelism(),
    leaveOut,
  }: RunStepsOptions = {},
): Promise<boolean> {
  const start = performance.now();
  const isLate = ({ name }: Step) =>
    leaveOut?.names.includes(name) && performance.now() - start > leaveOut.afterMinutes * 60_000;
  const outcomes = new Map<string, Promise<Outcome>>();
  const running = new Set<Promise<Outcome>>();
  for (const step of steps) {
    while (running.size > 0 && (step.alone || running.size >= atOnce)) await Promise.race(running);
    const missing = await firstFailure(step.needs ?? [], outcomes);
    const late: Step = { ...step, run: async () => skipped("no time is left for it") };
    const outcome =
      missing === undefined
        ? timed(isLate(step) ? late : step, write)
        : notRun(step, missing, write);
    outcomes.set(step.name, outcome);
    running.add(outcome);
    void outcome.then(() => running.delete(outcome));
    if (step.alone) await outcome;
  }
  const all = await Promise.all(outcomes.values());
  write(
    durationTable(
      [...outcomes.keys()].flatMap((name, index) => {
        const files = all[index]?.files;
        return files ? [{ name, files }] : [];
      }),
    ),
  );
  const [passed, failed] = [
    sum(all.map((outcome) => outcome.passed)),
    sum(all.map((outcome) => outcome.failed)),
  ];
  write(`${passed} passed, ${failed} failed\n`);
  return failed === 0;
}

/** The first of these steps that fails, when those before it have ended. */
async function firstFailure(
  names: readonly string[],
  outcomes: ReadonlyMap<string, Promise<Outcome>>,
): Promise<string | undefined> {
  for (const name of names) if (((await outcomes.get(name))?.failed ?? 0) > 0) return name;
  return undefined;
}

async function timed(step: Step, write: (text: string) => void): Promise<Outcome> {
  const start = performance.now();
  const outcome = await finish(step);
  report(step, outcome, performance.now() - start, write);
  return outcome;
}

async function notRun(
  step: Step,
  missing: string,
  write: (text: string) => void,
): Promise<Outcome> {
  const outcome = { passed: 0, failed: 1, note: `not run, because ${missing} failed` };
  report(step, outcome, 0, write);
  return outcome;
}

async function finish(step: Step): Promise<Outcome> {
  try {
    return await step.run();
  } catch (error) {
    return {
      passed: 0,
      failed: 1,
      output: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

function report(
  { name }: Step,
  { failed, note, output }: Outcome,
  milliseconds: number,
  write: (text: string) => void,
): void {
  const seconds = (milliseconds / 1000).toFixed(1).padStart(6);
  write(
    `${name.padEnd(20)} ${seconds} s  ${failed > 0 ? "FAILED" : "ok"}${note ? `  ${note}` : ""}\n`,
  );
  if (failed > 0 && output) write(`${indent(output)}\n`);
}

function indent(text: string): string {
  return text.trimEnd().replace(/^/gm, "    ");
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
