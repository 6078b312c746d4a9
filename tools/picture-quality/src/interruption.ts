import { InvalidArgumentError, UnknownNameError } from "@glissade/core";
import { UnknownThingError } from "./known-things.ts";

/**
 * Runs a command that Ctrl-C aborts, so that it leaves nothing half-written; a second Ctrl-C ends
 * it at once. An error becomes a line on stderr and an exit code: 2 for a wrong command line, 130
 * after Ctrl-C, else 1.
 */
export async function runCommand(command: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new Error("Interrupted."));
  };
  for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, stop);
  try {
    await command(controller.signal);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = controller.signal.aborted ? 130 : isUsageError(error) ? 2 : 1;
  } finally {
    for (const name of ["SIGINT", "SIGTERM"] as const) process.off(name, stop);
  }
}

function isUsageError(error: unknown): boolean {
  if (InvalidArgumentError.isInstance(error) || UnknownNameError.isInstance(error)) return true;
  if (UnknownThingError.isInstance(error)) return true;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return code.startsWith("ERR_PARSE_ARGS");
}
