import { InvalidArgumentError, tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { keepKnown } from "./known-region.ts";

describe("keepKnown", () => {
  it("puts the known pixels into every channel of each row, and mixes at a soft edge", () => {
    const known = tensor([2, 2, 1, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
    const mask = tensor([2, 1, 1, 2], [1, 0, 0.5, 1]);
    expect([
      ...keepKnown(known, mask)(tensor([2, 2, 1, 2], [-1, -2, -3, -4, -5, -6, -7, -8])).data,
    ]).toEqual([1, -2, 3, -4, 0, 6, 0, 8]);
  });

  it("refuses shapes that do not fit", () => {
    expect(() => keepKnown(tensor([2, 3, 4, 4]), tensor([2, 3, 4, 4]))).toThrow(
      InvalidArgumentError,
    );
    expect(() =>
      keepKnown(tensor([1, 3, 4, 4]), tensor([1, 1, 4, 4]))(tensor([1, 3, 4, 2])),
    ).toThrow(InvalidArgumentError);
  });
});
