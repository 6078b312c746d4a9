import { CheckpointError } from "./checkpoint-error.ts";
import { jsonFields } from "./json-value.ts";

/**
 * One setting that a checkpoint and a run disagree on; the values as JSON, `(not set)` where there
 * is none.
 */
export interface ConfigDifference {
  readonly field: string;
  readonly saved: string;
  readonly current: string;
}

/** A checkpoint belongs to a run with other settings. */
export class ConfigMismatchError extends CheckpointError {
  static override readonly code: string = "ConfigMismatchError";

  readonly differences: readonly ConfigDifference[];

  constructor(path: string, differences: readonly ConfigDifference[]) {
    super({
      path,
      fault: "config",
      reason: `it was made with other settings: ${differences.map(({ field, saved, current }) => `${field} was ${saved} and is ${current}`).join("; ")}`,
      advice: "Resume with the settings it was made with, or begin a new run in another folder.",
    });
    this.differences = differences;
  }
}

export interface SameConfigOptions {
  /** What to call the checkpoint in the message: its path. */
  readonly path?: string;
  /** Fields that may differ, with everything below them: `["steps", "logging"]`. */
  readonly mayDiffer?: readonly string[];
}

/**
 * Makes sure that a run goes on with the settings that its checkpoint was made with. The order of
 * fields does not matter, nor do fields that are undefined.
 *
 * @throws ConfigMismatchError that names every field that differs.
 * @example `assertSameConfig(checkpoint.state.config, config, { path: checkpoint.path, mayDiffer:
 * ["steps"] })`
 */
export function assertSameConfig(
  saved: object,
  current: object,
  { path = "the checkpoint", mayDiffer = [] }: SameConfigOptions = {},
): void {
  const before = jsonFields(saved);
  const now = jsonFields(current);
  const differences = [...new Set([...before.keys(), ...now.keys()])]
    .filter((field) => before.get(field) !== now.get(field))
    .filter(
      (field) =>
        !mayDiffer.some(
          (free) => field === free || field.startsWith(`${free}.`) || field.startsWith(`${free}[`),
        ),
    )
    .map((field) => ({
      field,
      saved: before.get(field) ?? "(not set)",
      current: now.get(field) ?? "(not set)",
    }));
  if (differences.length > 0) throw new ConfigMismatchError(path, differences);
}
