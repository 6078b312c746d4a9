import { describe, expect, it } from "vitest";
import { StreamOrder } from "./stream-order.ts";

const epoch = (order: StreamOrder, size: number, number: number) =>
  Array.from({ length: size }, (_, i) => order.indexAt(number * size + i));

describe("the order of the stream", () => {
  it.each([1, 2, 3, 10, 101])("shows each of %i examples once an epoch", (size) => {
    const order = new StreamOrder({ size, seed: 5, shuffle: true });
    for (let number = 0; number < 4; number++) {
      expect(epoch(order, size, number).sort((a, b) => a - b)).toEqual(
        Array.from({ length: size }, (_, i) => i),
      );
    }
  });

  it("differs between epochs and seeds, and is the same whatever was asked before", () => {
    const order = new StreamOrder({ size: 50, seed: 5, shuffle: true });
    const first = epoch(order, 50, 0);
    expect(epoch(order, 50, 7)).not.toEqual(first);
    expect(epoch(new StreamOrder({ size: 50, seed: 6, shuffle: true }), 50, 0)).not.toEqual(first);
    expect(
      epoch(new StreamOrder({ size: 50, seed: 5 + 2 ** 32, shuffle: true }), 50, 0),
    ).not.toEqual(first);
    expect(epoch(order, 50, 0)).toEqual(first);
  });

  it("is the listing's where nothing is shuffled", () => {
    const order = new StreamOrder({ size: 3, seed: 5, shuffle: false });
    expect([0, 1, 2, 3, 4].map((position) => order.indexAt(position))).toEqual([0, 1, 2, 0, 1]);
  });

  it("puts every example everywhere about equally often", () => {
    const counts = new Map<string, number>();
    const order = new StreamOrder({ size: 4, seed: 1, shuffle: true });
    const epochs = 4800;
    for (let number = 0; number < epochs; number++) {
      const permutation = epoch(order, 4, number).join();
      counts.set(permutation, (counts.get(permutation) ?? 0) + 1);
    }
    // Chi-squared with 23 degrees of freedom: above 49.7 once in a thousand seeds.
    expect(counts.size).toBe(24);
    expect(
      [...counts.values()].reduce(
        (sum, count) => sum + (count - epochs / 24) ** 2 / (epochs / 24),
        0,
      ),
    ).toBeLessThan(49.7);
  });

  it("draws numbers that a position alone decides", () => {
    const order = new StreamOrder({ size: 3, seed: 5, shuffle: true });
    const draws = order.drawsAt(2 ** 33 + 1);
    expect(order.drawsAt(1)).not.toEqual(draws);
    expect(new StreamOrder({ size: 99, seed: 5, shuffle: false }).drawsAt(2 ** 33 + 1)).toEqual(
      draws,
    );
    const values = Array.from({ length: 2000 }, (_, position) =>
      Object.values(order.drawsAt(position)),
    ).flat();
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(0.5, 1);
  });
});
