/** What was before, is now, and was taken back. Never changed in place. */
export interface EditHistory<Value> {
  readonly past: readonly Value[];
  readonly present: Value;
  readonly future: readonly Value[];
}

/** Most that can be taken back: a state is a whole image. */
const longestPast = 60;

export function historyOf<Value>(present: Value): EditHistory<Value> {
  return { past: [], present, future: [] };
}

/** A new edit: it can be taken back, and what was taken back before is gone. */
export function edited<Value>(
  { past, present }: EditHistory<Value>,
  next: Value,
): EditHistory<Value> {
  return { past: [...past, present].slice(-longestPast), present: next, future: [] };
}

/** The same edit goes on, as a stroke does while the pointer moves. */
export function continued<Value>(history: EditHistory<Value>, next: Value): EditHistory<Value> {
  return { ...history, present: next };
}

export function undone<Value>(history: EditHistory<Value>): EditHistory<Value> {
  const { past, present, future } = history;
  const last = past.at(-1);
  return last === undefined
    ? history
    : { past: past.slice(0, -1), present: last, future: [present, ...future] };
}

export function redone<Value>(history: EditHistory<Value>): EditHistory<Value> {
  const { past, present, future } = history;
  const [next, ...later] = future;
  return next === undefined ? history : { past: [...past, present], present: next, future: later };
}
