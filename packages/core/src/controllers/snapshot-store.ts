/**
 * A state that pages can watch: what React's `useSyncExternalStore`, Svelte's and Vue's stores
 * need, and nothing of them.
 */
export class SnapshotStore<Snapshot> {
  readonly #listeners = new Set<() => void>();
  #snapshot: Snapshot;

  constructor(initial: Snapshot) {
    this.#snapshot = initial;
  }

  /** The state now: never changed in place, and the same object until something changes. Bound. */
  readonly getSnapshot = (): Snapshot => this.#snapshot;

  /** Calls the listener after every change, until the returned function is called. Bound. */
  readonly subscribe = (listener: () => void): (() => void) => {
    const own = () => listener(); // the same function may subscribe twice
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  };

  /** How many listen now. */
  get listeners(): number {
    return this.#listeners.size;
  }

  protected publish(snapshot: Snapshot): void {
    if (Object.is(snapshot, this.#snapshot)) return;
    this.#snapshot = snapshot;
    for (const listener of [...this.#listeners]) listener();
  }
}

/** What was thrown, as an `Error`. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
}
