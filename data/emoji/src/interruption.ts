import { InvalidArgumentError, UnknownNameError } from "@glissade/core";

/**
 * An abort on the first Ctrl-C, so that what is unfinished is removed; the second ends the program
 * at once.
 */
export function interruptionSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new Error("Interrupted; what was finished is kept."));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return controller.signal;
}

/**
 * Runs a command: an error becomes one line on stderr and an exit code: 2 for a wrong command line,
 * 130 after Ctrl-C, else 1.
 */
export async function runCommand(command: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const signal = interruptionSignal();
  try {
    await command(signal);
    process.exit(0); // the listeners would keep nothing alive, but drawing threads may
  } catch (error) {
    process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(signal.aborted ? 130 : isUsageError(error) ? 2 : 1);
  }
}

/** Whether the command line has to be changed for the command to work. */
function isUsageError(error: unknown): boolean {
  if (InvalidArgumentError.isInstance(error) || UnknownNameError.isInstance(error)) return true;
  return (
    error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS")
  );
}
