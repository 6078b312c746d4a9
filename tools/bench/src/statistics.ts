/** The middle value, so that one disturbed run does not count. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

export interface Measured {
  readonly name: string;
  /** Milliseconds of each counted run. */
  readonly times: readonly number[];
}

/**
 * Runs several things in turn (A B A B ...), so that a drift of the machine's speed falls on all of
 * them alike. The first round warms up and is not counted.
 */
export async function measureInTurn(
  tasks: readonly { readonly name: string; readonly run: () => Promise<unknown> }[],
  rounds: number,
): Promise<Measured[]> {
  const times = tasks.map(() => [] as number[]);
  for (let round = 0; round <= rounds; round++) {
    for (const [i, task] of tasks.entries()) {
      const start = performance.now();
      await task.run();
      if (round > 0) times[i]?.push(performance.now() - start);
    }
  }
  return tasks.map(({ name }, i) => ({ name, times: times[i] ?? [] }));
}
