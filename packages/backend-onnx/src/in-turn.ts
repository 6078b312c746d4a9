import type { InTurn } from "./platform.ts";

/** Tasks one after the other, in the order of their calls; one that fails does not stop the next. */
export function queue(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const run = last.then(task);
    last = run.catch(() => undefined);
    return run;
  };
}
