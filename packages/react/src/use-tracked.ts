import { useMemo, useSyncExternalStore } from "react";

/** What is watched. */
export interface TrackedStore<Snapshot extends object> {
  readonly subscribe: (listener: () => void) => () => void;
  readonly getSnapshot: () => Snapshot;
  /**
   * What a server renders, and the browser at first. An object of its own, which `getSnapshot`
   * never gives.
   */
  readonly server: Snapshot;
}

/**
 * The store's snapshot together with what can be done with it. The component renders anew only when
 * a field changes that it has read: who shows the status alone is left alone by previews.
 *
 * @param store the same object from render to render
 * @param actions the same object from render to render
 */
export function useTracked<Snapshot extends object, Actions extends object>(
  store: TrackedStore<Snapshot>,
  actions: Actions,
): Snapshot & Actions {
  const tracker = useMemo(() => trackerOf(store), [store]);
  const shown = useSyncExternalStore(store.subscribe, tracker.getSnapshot, () => store.server);
  // newer than what is shown, where only fields changed that nobody had read so far
  const snapshot = shown === store.server ? shown : store.getSnapshot();
  return useMemo(() => tracker.view({ ...snapshot, ...actions }), [tracker, snapshot, actions]);
}

function trackerOf<Snapshot extends object>(store: TrackedStore<Snapshot>) {
  const read = new Set<string | symbol>();
  let shown = store.getSnapshot();
  return {
    /** The former snapshot until a field that was read has another value. */
    getSnapshot(): Snapshot {
      const next = store.getSnapshot();
      if (
        [...read].some((field) => !Object.is(Reflect.get(shown, field), Reflect.get(next, field)))
      )
        shown = next;
      return shown;
    },
    view<View extends Snapshot>(view: View): View {
      return new Proxy(view, {
        get(target, field) {
          read.add(field);
          return Reflect.get(target, field);
        },
      });
    },
  };
}
