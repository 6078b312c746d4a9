import { describe, expect, it } from "vitest";
import { meaningOfKey, swipedTo } from "./vote-gestures.ts";

describe("swipedTo", () => {
  const swipe = (clientX: number, clientY: number) =>
    swipedTo({ clientX: 0, clientY: 0 }, { clientX, clientY });

  it("takes a finger that goes sideways for the side that it goes to", () => {
    expect([swipe(-40, 0), swipe(90, 60)]).toEqual(["left", "right"]);
  });

  it("leaves short and steep moves to scrolling", () => {
    expect([swipe(39, 0), swipe(90, 61), swipe(0, 300)]).toEqual([undefined, undefined, undefined]);
  });
});

describe("meaningOfKey", () => {
  it("knows arrows, the space bar and Backspace alone", () => {
    const keys = [
      "ArrowLeft",
      "ArrowRight",
      "ArrowDown",
      " ",
      "Backspace",
      "ArrowUp",
      "constructor",
    ];
    expect(keys.map(meaningOfKey)).toEqual([
      "left",
      "right",
      "tie",
      "tie",
      "undo",
      undefined,
      undefined,
    ]);
  });
});
