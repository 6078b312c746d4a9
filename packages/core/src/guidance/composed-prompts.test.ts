import { tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { composedPrompts, needsEmptyPrompt } from "./composed-prompts.ts";

const apple = tensor([1, 1, 1, 2], [1, 4]);
const red = tensor([1, 1, 1, 2], [3, -2]);
const empty = tensor([1, 1, 1, 2], [0.5, 1]);

describe("composedPrompts", () => {
  it("is empty + sum of w_i (prompt_i - empty)", () => {
    const { data } = composedPrompts(
      [
        [1, apple],
        [-0.5, red],
      ],
      empty,
    );
    expect([...data]).toEqual([
      0.5 + (1 - 0.5) - 0.5 * (3 - 0.5), //
      1 + (4 - 1) - 0.5 * (-2 - 1),
    ]);
  });

  it("gives a single prompt of weight 1 back as it is", () => {
    expect(composedPrompts([[1, apple]], empty)).toBe(apple);
  });

  it("needs no empty prompt if the weights sum to 1", () => {
    expect([needsEmptyPrompt([0.3, 0.7]), needsEmptyPrompt([1, 0.5])]).toEqual([false, true]);
    const { data } = composedPrompts(
      [
        [0.25, apple],
        [0.75, red],
      ],
      undefined,
    );
    expect([...data]).toEqual([0.25 + 2.25, 1 - 1.5]);
  });
});
