import { torchGenerator } from "@glissade/core/random";
import { sizeOf } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import {
  type AxisOrder,
  arrange,
  channelsLast,
  reshapedOrder,
  rowMajor,
  withLast,
  withoutAxes,
} from "./axis-order.ts";

/** In the order in which they lie in memory, the row-major indices of the elements of a value. */
function memory(dims: readonly number[], order: AxisOrder): number[] {
  const strides = dims.map((_, axis) => sizeOf(dims.slice(axis + 1)));
  return arrange(dims, order).reduce<number[]>(
    (bases, length, position) =>
      bases.flatMap((base) =>
        Array.from({ length }, (_, i) => base + i * (strides[order[position] ?? 0] ?? 0)),
      ),
    [0],
  );
}

function permutations(entries: readonly number[]): number[][] {
  if (entries.length === 0) return [[]];
  return entries.flatMap((entry) =>
    permutations(entries.filter((other) => other !== entry)).map((rest) => [entry, ...rest]),
  );
}

/** Every shape of so many elements with at most four axes. */
function shapesOf(size: number, rank = 4): number[][] {
  if (rank === 0) return size === 1 ? [[]] : [];
  const shorter = size === 1 ? [[]] : [];
  const first = Array.from({ length: size }, (_, i) => i + 1).filter(
    (length) => size % length === 0,
  );
  return [
    ...shorter,
    ...first.flatMap((length) =>
      shapesOf(size / length, rank - 1).map((rest) => [length, ...rest]),
    ),
  ];
}

describe("reshapedOrder", () => {
  const shapes = shapesOf(12).filter((dims) => dims.filter((length) => length === 1).length < 3);
  const random = torchGenerator(2);
  const pick = <T>(choices: readonly T[]): T =>
    choices[Math.floor((random.rand([1]).data[0] ?? 0) * choices.length)] as T; // an index within

  it("names an order in which a reshaped value lies without a copy, and finds one wherever there is one (every pair of shapes of 12 elements)", () => {
    expect(shapes.length).toBeGreaterThan(30);
    const found = { free: 0, copied: 0 };
    for (const dims of shapes) {
      for (const target of shapes) {
        const order = pick(permutations(rowMajor(dims.length)));
        const lying = memory(dims, order).join();
        const possible = permutations(rowMajor(target.length)).filter(
          (other) => memory(target, other).join() === lying,
        );
        const received = reshapedOrder(dims, order, target);
        const situation = JSON.stringify({ dims, order, target });
        if (received) expect(memory(target, received).join(), situation).toBe(lying);
        else expect(possible, situation).toEqual([]);
        found[received ? "free" : "copied"]++;
      }
    }
    expect(Math.min(found.free, found.copied)).toBeGreaterThan(200);
  });

  it("does the same for shapes of 30 and 36 elements, taken at random", () => {
    const found = { free: 0, copied: 0 };
    for (const size of [30, 36]) {
      const large = shapesOf(size);
      for (let round = 0; round < 400; round++) {
        const [dims, target] = [pick(large), pick(large)];
        const order = pick(permutations(rowMajor(dims.length)));
        const lying = memory(dims, order).join();
        const received = reshapedOrder(dims, order, target);
        const situation = JSON.stringify({ dims, order, target });
        if (received) expect(memory(target, received).join(), situation).toBe(lying);
        else
          expect(
            permutations(rowMajor(target.length)).some(
              (other) => memory(target, other).join() === lying,
            ),
            situation,
          ).toBe(false);
        found[received ? "free" : "copied"]++;
      }
    }
    expect(Math.min(found.free, found.copied)).toBeGreaterThan(50);
  });

  it("keeps symbolic lengths apart from numbers and from each other", () => {
    const images = channelsLast(4);
    expect(reshapedOrder(["batch", 8, 4, 4], images, ["batch", 8, 16])).toEqual([0, 2, 1]);
    expect(
      reshapedOrder(["batch", 8, "height", "width"], images, ["batch", 2, 4, "height", "width"]),
    ).toEqual([0, 3, 4, 1, 2]);
    expect(reshapedOrder(["batch", 8, 4, 4], images, ["batch", 128])).toBeUndefined();
    for (const other of ["height", "b", "c", "d", "e", "f", "g", "h", "i"])
      expect(
        reshapedOrder(["width", other, 2], [1, 0, 2], [other, "width", 2]),
        other,
      ).toBeUndefined();
  });
});

describe("orders", () => {
  it("put the channels last, an axis last, and close up where axes go", () => {
    expect(channelsLast(4)).toEqual([0, 2, 3, 1]);
    expect(channelsLast(3)).toEqual([0, 2, 1]);
    expect(withLast([0, 2, 3, 1], 2)).toEqual([0, 3, 1, 2]);
    expect(withoutAxes([0, 2, 3, 1], [2])).toEqual([0, 2, 1]);
    expect(withoutAxes([0, 2, 3, 1], [0, 1])).toEqual([0, 1]);
  });
});
