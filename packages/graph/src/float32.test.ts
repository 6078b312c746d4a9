import { describe, expect, it } from "vitest";
import { assertFinite, assertFloat32, NumericalError } from "./float32.ts";
import { tensor, typedTensor } from "./tensor.ts";

describe("assertFinite", () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    "refuses %s wherever it stands",
    (value) => {
      for (const position of [0, 1, 2]) {
        const values = [1, -2, 3].map((other, i) => (i === position ? value : other));
        expect(() => assertFinite(tensor([3], values), "at timestep 7")).toThrow(
          /not finite at timestep 7/,
        );
      }
    },
  );

  it("takes every finite number, the largest and the smallest too, and looks only at the tensor's own part of a buffer", () => {
    assertFinite(
      tensor(
        [6],
        [0, -0, 3.4028234663852886e38, -3.4028234663852886e38, 1.401298464324817e-45, -1],
      ),
      "",
    );
    assertFinite(tensor([2], Float32Array.of(Number.NaN, 1, 2, Number.NaN).subarray(1, 3)), "");
  });
});

describe("assertFloat32", () => {
  it("refuses another type and nothing", () => {
    const value = tensor([1]);
    expect(assertFloat32("output", value)).toBe(value);
    expect(() => assertFloat32("output", typedTensor("float64", [1], new Float64Array(1)))).toThrow(
      NumericalError,
    );
    expect(() => assertFloat32("output", undefined)).toThrow(/nothing for output/);
  });
});
