import { InvalidArgumentError, tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { adaptiveProjected } from "./adaptive-projected.ts";
import { classifierFree } from "./classifier-free.ts";

const dims = [1, 2, 1, 2];
const conditional = tensor(dims, [1, 2, 9, 9]); // the last two are variance
const unconditional = tensor(dims, [0, 4, -9, -9]);
const x = tensor([1, 1, 1, 2], [3, 1]);
const x0 = { x, fromX: 2, fromOutput: -1 };
const at = { conditional, unconditional, x0, progress: 0.5 };

// D_c = 2 x - c = [5, 0], D_u = 2 x - u = [6, -2], D_c - D_u = [-1, 2]; along D_c: [-1, 0]
describe("adaptiveProjected", () => {
  it("keeps the part of the update that is orthogonal to x_0", () => {
    const { data } = adaptiveProjected({ scale: 3, imageChannels: 1 }).combine(at);
    // D = [5, 0] + 2 [0, 2] = [5, 4]; output = 2 x - D
    expect([...data]).toEqual([1, -2, 9, 9]);
  });

  it("weighs the parallel part by eta, and is classifier-free guidance for eta 1", () => {
    const half = adaptiveProjected({ scale: 3, eta: 0.5, imageChannels: 1 }).combine(at);
    expect([...half.data]).toEqual([2 * 3 - (5 + 2 * -0.5), 2 - 4, 9, 9]);
    expect(adaptiveProjected({ scale: 3, eta: 1, imageChannels: 1 }).combine(at)).toEqual(
      classifierFree({ scale: 3, imageChannels: 1 }).combine(at),
    );
  });

  it("shortens an update whose norm is larger than r", () => {
    const norm = Math.sqrt(5) / 2;
    const { data } = adaptiveProjected({ scale: 3, norm, imageChannels: 1 }).combine(at);
    expect(data[1]).toBeCloseTo(2 * 1 - 2 * 0.5 * 2, 6);
  });

  it("needs to know how an output becomes an image", () => {
    expect(() => adaptiveProjected().combine({ ...at, x0: undefined })).toThrow(
      InvalidArgumentError,
    );
    expect(() => adaptiveProjected({ eta: 2 })).toThrow("eta");
  });
});
