import type { FileDuration } from "./durations.ts";
import type { CommandResult } from "./run-command.ts";

/**
 * How a step ended. `passed` and `failed` count tests where the step runs any, and the step itself
 * where it does not.
 */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** One short line: what was counted, or why nothing was done. */
  readonly note?: string;
  /** Printed where something failed. */
  readonly output?: string;
  /** Of the test files that the step ran. */
  readonly files?: readonly FileDuration[];
}

export interface Step {
  readonly name: string;
  /** Names of earlier steps without which this one says nothing. */
  readonly needs?: readonly string[];
  /** Nothing else runs beside it. */
  readonly alone?: boolean;
  run(): Promise<Outcome>;
}

export function skipped(why: string): Outcome {
  return { passed: 0, failed: 0, note: `skipped: ${why}` };
}

/** A step that is one check: passed where there are no problems. */
export function verdict(problems: readonly string[], note?: string): Outcome {
  if (problems.length > 0) return { passed: 0, failed: 1, output: problems.join("\n") };
  return { passed: 1, failed: 0, ...(note ? { note } : {}) };
}

/** A step that is several commands, each counted for itself. */
export function outcomeOf(results: readonly CommandResult[], note?: string): Outcome {
  const failures = results.filter(({ succeeded }) => !succeeded);
  return {
    passed: results.length - failures.length,
    failed: failures.length,
    ...(note ? { note } : {}),
    output: failures.map(({ output }) => output).join("\n"),
  };
}
