import { describe, expect, it } from "vitest";
import { continued, edited, historyOf, redone, undone } from "./edit-history.ts";

describe("an edit history", () => {
  it("takes edits back one by one, and does them again", () => {
    const twice = edited(edited(historyOf("a"), "b"), "c");
    expect(undone(twice).present).toBe("b");
    expect(undone(undone(twice)).present).toBe("a");
    expect(redone(undone(twice))).toEqual(twice);
    expect(redone(redone(undone(undone(twice))))).toEqual(twice);
  });

  it("takes a stroke back as a whole, however many pieces it has", () => {
    const stroke = continued(continued(edited(historyOf(""), "p"), "pq"), "pqr");
    expect(stroke.present).toBe("pqr");
    expect(undone(stroke).present).toBe("");
  });

  it("forgets what was taken back when something new is done", () => {
    const other = edited(undone(edited(historyOf(1), 2)), 3);
    expect(redone(other)).toBe(other);
    expect(undone(other).present).toBe(1);
  });

  it("has nothing to take back at its beginning, and keeps a bounded past", () => {
    const begun = historyOf(0);
    expect(undone(begun)).toBe(begun);
    let long = begun;
    for (let k = 1; k <= 500; k++) long = edited(long, k);
    expect(long.past.length).toBeLessThanOrEqual(60);
    expect(undone(long).present).toBe(499);
  });
});
