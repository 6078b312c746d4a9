import { describe, expect, it } from "vitest";
import { InvalidArgumentError } from "./errors.ts";
import {
  addWeighted,
  concatRows,
  mapTensor,
  rows,
  sizeOf,
  tensor,
  typedTensor,
  weightedSum,
} from "./tensor.ts";

describe("tensors", () => {
  it("are zeros of their shape where no data is given, and refuse data that does not fill it", () => {
    expect([...tensor([2, 2]).data]).toEqual([0, 0, 0, 0]);
    expect(sizeOf([])).toBe(1);
    expect(() => tensor([2, 2], [1, 2, 3])).toThrow("4 elements of float32");
    expect(() => tensor([-1])).toThrow(InvalidArgumentError);
    expect(() => tensor([1.5], [1])).toThrow(InvalidArgumentError);
    expect(() => typedTensor("int64", [2], BigInt64Array.of(1n))).toThrow(InvalidArgumentError);
  });

  it("are cut and joined along the leading axis without touching the values", () => {
    const x = tensor([3, 2], [1, 2, 3, 4, 5, 6]);
    expect(rows(x, 1, 3)).toMatchObject({ dims: [2, 2], data: Float32Array.of(3, 4, 5, 6) });
    expect(concatRows([rows(x, 2, 3), rows(x, 0, 2)])).toMatchObject({
      dims: [3, 2],
      data: Float32Array.of(5, 6, 1, 2, 3, 4),
    });
    expect(() => rows(x, 2, 4)).toThrow(InvalidArgumentError);
    expect(() => concatRows([x, tensor([1, 3])])).toThrow(InvalidArgumentError);
    expect(() => concatRows([])).toThrow(InvalidArgumentError);
  });

  it("are mapped element by element into a new tensor", () => {
    const x = tensor([3], [1, 2, 3]);
    expect([...mapTensor(x, (value, i) => value * 10 + i).data]).toEqual([10, 21, 32]);
    expect([...x.data]).toEqual([1, 2, 3]);
  });
});

describe("weightedSum", () => {
  const terms = [1, 2, 3, 4].map((k) => [k / 3, tensor([2], [k + 0.1, -k])] as const);

  it.each([1, 2, 3, 4])("of %s terms is accumulated in float64 and rounded once", (count) => {
    const used = terms.slice(0, count);
    const exact = [0, 1].map((i) =>
      used.reduce((sum, [weight, { data }]) => sum + weight * (data[i] as number), 0),
    );
    expect([...weightedSum(...used).data]).toEqual(exact.map(Math.fround));
  });

  it("leaves out what has the weight 0, even where it holds no number", () => {
    expect([...weightedSum([0, tensor([1], [Number.NaN])], [2, tensor([1], [3])]).data]).toEqual([
      6,
    ]);
    expect([...weightedSum([0, tensor([1], [Number.NaN])]).data]).toEqual([0]);
  });

  it("refuses other shapes and no terms at all", () => {
    expect(() => weightedSum([1, tensor([2])], [1, tensor([3])])).toThrow(InvalidArgumentError);
    expect(() => weightedSum()).toThrow(InvalidArgumentError);
  });

  it("writes only the range it is told to", () => {
    const out = Float32Array.of(9, 9, 9);
    addWeighted(out, 1, 2, [1, 1], [Float32Array.of(1, 2, 3), Float32Array.of(10, 20, 30)]);
    expect([...out]).toEqual([9, 22, 9]);
  });
});
