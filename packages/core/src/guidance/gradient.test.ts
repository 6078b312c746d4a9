import { InvalidArgumentError, mapTensor, tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { type GradientGuidance, scaledGradient } from "./gradient.ts";

/** log p = -(x - target)^2 / 2 at any timestep. */
const towards = (target: number, scale: number): GradientGuidance => ({
  name: `towards ${target}`,
  scale,
  gradient: async (x) => mapTensor(x, (value) => target - value),
});

/** A gradient that tells which timestep it was asked for. */
const timestepTeller: GradientGuidance = {
  name: "timestep",
  scale: 1,
  gradient: async (x, timestep) => mapTensor(x, () => timestep),
};

const x = tensor([1, 1, 1, 2], [0, 1]);
const at = { x, timestep: 500, progress: 0.5 };

describe("scaledGradient", () => {
  it("adds the gradients with their scales", async () => {
    expect([
      ...((await scaledGradient([towards(1, 2), towards(-3, 0.5)], at))?.data ?? []),
    ]).toEqual([2 * 1 + 0.5 * -3, 2 * 0 + 0.5 * -4]);
  });

  it("multiplies a single one too, and tells it the timestep", async () => {
    expect([
      ...((await scaledGradient([{ ...timestepTeller, scale: 3 }], at))?.data ?? []),
    ]).toEqual([1500, 1500]);
  });

  it("follows a schedule, and does not ask for a gradient that would count nothing", async () => {
    const asked: number[] = [];
    const scheduled: GradientGuidance = {
      name: "late",
      scale: (progress) => (progress < 0.5 ? 0 : 2),
      gradient: async (image, timestep) => {
        asked.push(timestep);
        return image;
      },
    };
    expect(await scaledGradient([scheduled], { ...at, progress: 0.4 })).toBeUndefined();
    expect([
      ...((await scaledGradient([scheduled], { ...at, progress: 0.6, timestep: 7 }))?.data ?? []),
    ]).toEqual([0, 2]);
    expect(asked).toEqual([7]);
  });

  it("refuses a scale that is no finite number", async () => {
    for (const scale of [Number.NaN, Infinity])
      await expect(scaledGradient([towards(1, scale)], at)).rejects.toThrow(InvalidArgumentError);
  });

  it("stops before the next rule when it is aborted", async () => {
    const controller = new AbortController();
    const aborting: GradientGuidance = {
      name: "aborting",
      scale: 1,
      gradient: async (image) => {
        controller.abort(new Error("enough"));
        return image;
      },
    };
    let asked = false;
    const after: GradientGuidance = {
      name: "after",
      scale: 1,
      gradient: async (image) => {
        asked = true;
        return image;
      },
    };
    await expect(scaledGradient([aborting, after], at, controller.signal)).rejects.toThrow(
      "enough",
    );
    expect(asked).toBe(false);
  });
});
