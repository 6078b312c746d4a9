import { expect, it } from "vitest";
import { ellipse, sketch } from "./sketch.ts";

it("covers as many pixels as an ellipse has area, later shapes over earlier ones", () => {
  const { data } = sketch(200, [
    ellipse([0, 0, 0], 0.5, 0.5, 0.4, 0.3),
    ellipse([9, 9, 9], 0.5, 0.5, 0.1, 0.1),
  ]);
  const share = (level: number) => data.filter((value) => value === level).length / data.length;
  expect(share(9)).toBeCloseTo(Math.PI * 0.01, 3);
  expect(share(0)).toBeCloseTo(Math.PI * (0.12 - 0.01), 3);
  expect(share(255)).toBeCloseTo(1 - Math.PI * 0.12, 3);
});
