import { expect, it } from "vitest";
import { curveNumber } from "./curve-numbers.ts";

it("curveNumber keeps four digits, and writes very small and large numbers with an exponent", () => {
  expect([0.123456, 0, -12.5, 9e5].map(curveNumber)).toEqual(["0.1235", "0", "-12.5", "900000"]);
  expect([0.00012345, 1e-3, 2.5e7].map(curveNumber)).toEqual(["1.234e-4", "0.001", "2.5e7"]);
  expect([null, undefined].map(curveNumber)).toEqual(["", ""]);
});
