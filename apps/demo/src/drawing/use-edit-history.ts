import { useState } from "react";
import { continued, type EditHistory, edited, historyOf, redone, undone } from "./edit-history.ts";

export interface Editing<Value> extends EditHistory<Value> {
  /** An edit, or with `isNew: false` the same one going on. */
  readonly edit: (change: (value: Value) => Value, isNew?: boolean) => void;
  readonly undo: () => void;
  readonly redo: () => void;
  /** Begins anew, with nothing to take back. */
  readonly restart: (value: Value) => void;
}

/** A value that is edited and can be taken back. */
export function useEditHistory<Value>(initial: () => Value): Editing<Value> {
  const [history, setHistory] = useState(() => historyOf(initial()));
  return {
    ...history,
    edit: (change, isNew = true) =>
      setHistory((now) => (isNew ? edited : continued)(now, change(now.present))),
    undo: () => setHistory(undone),
    redo: () => setHistory(redone),
    restart: (value) => setHistory(historyOf(value)),
  };
}
