import { tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { cfgZero } from "./cfg-zero.ts";

const dims = [2, 1, 1, 2];
const conditional = tensor(dims, [1, 2, 0, 3]);
const unconditional = tensor(dims, [0, 4, 1, 1]);

describe("cfgZero", () => {
  it("is s u + w (c - s u) with s = <c, u> / |u|^2 for each image", () => {
    const { data } = cfgZero({ scale: 3, imageChannels: 1 }).combine({
      conditional,
      unconditional,
      progress: 0.5,
    });
    // s = 8 / 16 and 3 / 2
    expect([...data]).toEqual([
      0 + 3 * (1 - 0),
      2 + 3 * (2 - 2),
      1.5 + 3 * (0 - 1.5),
      1.5 + 3 * (3 - 1.5),
    ]);
  });

  it("is zero at the beginning if asked to, without the second evaluation", () => {
    const rule = cfgZero({ zeroUntil: 0.1, imageChannels: 1 });
    expect([rule.plan(0), rule.plan(0.1)]).toEqual([[], ["unconditional"]]);
    expect([...rule.combine({ conditional, progress: 0 }).data]).toEqual([0, 0, 0, 0]);
  });
});
