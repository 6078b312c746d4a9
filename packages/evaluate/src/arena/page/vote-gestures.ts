import type { Outcome } from "./messages.ts";

const outcomes: ReadonlyMap<string, Outcome> = new Map([
  ["ArrowLeft", "left"],
  ["ArrowRight", "right"],
  ["ArrowDown", "tie"],
  [" ", "tie"],
]);

/** What a key stands for: a vote, the undoing of the last one, or nothing. */
export function meaningOfKey(key: string): Outcome | "undo" | undefined {
  return key === "Backspace" ? "undo" : outcomes.get(key);
}

/** A place on the screen, in pixels. */
export interface TouchPoint {
  readonly clientX: number;
  readonly clientY: number;
}

const shortestSwipe = 40;

/** The side that a finger has chosen: sideways it chooses, up and down it scrolls. */
export function swipedTo(from: TouchPoint, to: TouchPoint): "left" | "right" | undefined {
  const across = to.clientX - from.clientX;
  const along = to.clientY - from.clientY;
  if (Math.abs(across) < shortestSwipe || Math.abs(across) < 1.5 * Math.abs(along))
    return undefined;
  return across < 0 ? "left" : "right";
}
