/** Runs a task when those that were given before it have ended. */
export type InTurn = <T>(task: () => Promise<T>) => Promise<T>;

/**
 * Tasks one after the other, in the order of their calls; one that fails does not stop the next.
 * For backends whose runtime does one thing at a time.
 */
export function queue(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const run = last.then(task);
    last = run.catch(() => undefined);
    return run;
  };
}
