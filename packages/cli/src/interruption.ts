import { constants } from "node:os";
import { InterruptedError } from "./errors.ts";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Turns the first request to stop (Ctrl-C) into an abort, so that what is running ends between two
 * steps and cleans up. The second one ends the program at once.
 *
 * @returns the signal to hand on, and `restore`, which gives the system's signals their usual
 * meaning back
 */
export function interruptible(onFirst: () => void): {
  readonly signal: AbortSignal;
  restore(): void;
} {
  const controller = new AbortController();
  const stop = (name: (typeof signals)[number]) => {
    const exitCode = 128 + constants.signals[name];
    if (controller.signal.aborted) process.exit(exitCode);
    controller.abort(new InterruptedError(exitCode));
    onFirst();
  };
  for (const name of signals) process.on(name, stop);
  return {
    signal: controller.signal,
    restore() {
      for (const name of signals) process.off(name, stop);
    },
  };
}
