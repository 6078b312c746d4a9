import { InvalidArgumentError, mapTensor, tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { classifierFree, classifierFreeGuidance } from "./classifier-free.ts";
import { linearScale } from "./scale-schedule.ts";

// One pixel of the text-to-image notebook's network output, conditional and under the empty prompt:
// epsilon in three channels, variance in three.
const conditional = tensor(
  [1, 6, 1, 1],
  [-0.5614148378, -0.2790725529, 0.1392366588, 0.0183252357, -0.7576115727, -0.4213988185],
);
const unconditional = tensor(
  [1, 6, 1, 1],
  [-0.459461987, 0.0844032466, 1.0778419971, 1.5271353722, 0.8740683794, -1.2961961031],
);

describe("classifierFreeGuidance", () => {
  it("gives the notebook's combination at scale 3 and keeps the conditional variance", () => {
    const { dims, data } = classifierFreeGuidance(conditional, unconditional, 3);
    const expected = [
      -0.7653205395, -1.0060241222, -1.7379739285, 0.0183252357, -0.7576115727, -0.4213988185,
    ];
    expect(dims).toEqual([1, 6, 1, 1]);
    for (const [i, value] of expected.entries()) expect(data[i]).toBeCloseTo(value, 6);
  });

  it("is the unconditional noise at scale 0 and the conditional one at 1", () => {
    expect(classifierFreeGuidance(conditional, unconditional, 0).data.slice(0, 3)).toEqual(
      unconditional.data.slice(0, 3),
    );
    const one = classifierFreeGuidance(conditional, unconditional, 1);
    for (const [i, value] of conditional.data.entries()) expect(one.data[i]).toBeCloseTo(value, 6);
  });

  it("guides the image channels of every row and position", () => {
    const [a, b] = [tensor([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]), tensor([2, 2, 2])];
    expect([...classifierFreeGuidance(a, b, 10, 1).data]).toEqual([10, 20, 3, 4, 50, 60, 7, 8]);
  });

  it("refuses shapes that differ or have too few channels", () => {
    expect(() => classifierFreeGuidance(conditional, tensor([2, 6, 1, 1]), 3)).toThrow(
      InvalidArgumentError,
    );
    expect(() => classifierFreeGuidance(tensor([1, 2, 1, 1]), tensor([1, 2, 1, 1]), 3)).toThrow(
      "at least 3 channels",
    );
  });
});

describe("classifierFree", () => {
  it("guides at scale 3 in every step where nothing else is said", () => {
    const guidance = classifierFree();
    expect(guidance).toMatchObject({ name: "classifier-free", needs: ["unconditional"] });
    for (const progress of [0, 0.5, 1]) {
      expect(guidance.plan(progress)).toEqual(["unconditional"]);
      expect(guidance.combine({ conditional, unconditional, progress })).toEqual(
        classifierFreeGuidance(conditional, unconditional, 3),
      );
    }
  });

  it("asks for one evaluation alone outside its interval, whose ends belong to it", () => {
    const guidance = classifierFree({ scale: 4, interval: [0.25, 0.75] });
    expect(
      [0, 0.2, 0.25, 0.5, 0.75, 0.8, 1].map((progress) =>
        guidance.plan(progress).includes("unconditional"),
      ),
    ).toEqual([false, false, true, true, true, false, false]);
    expect(guidance.combine({ conditional, progress: 0.1 })).toBe(conditional);
  });

  it("needs no second evaluation at scale 1", () => {
    const guidance = classifierFree({ scale: 1 });
    expect(guidance.needs).toEqual([]);
    expect(guidance.plan(0.5)).toEqual([]);
    expect(guidance.combine({ conditional, progress: 0.5 })).toBe(conditional);
  });

  it("follows a schedule, also through the step where its scale is 1", () => {
    const guidance = classifierFree({ scale: linearScale(1, 5) });
    expect(guidance.plan(0)).toEqual([]);
    expect(guidance.combine({ conditional, unconditional, progress: 0.5 })).toEqual(
      classifierFreeGuidance(conditional, unconditional, 3),
    );
  });

  it("brings the deviation of epsilon back to the conditional one's by phi, per image", () => {
    const values = [0.3, -1.2, 0.8, 0.1, 2, -0.4, 7, 7, 0.9, 0.2, -0.6, 1.1, -2, 0.7, 9, 9];
    const rows = tensor([2, 4, 1, 2], values);
    const other = mapTensor(rows, (value, i) => value * (i < 8 ? 0.5 : -0.25) + 0.1);
    const guided = classifierFreeGuidance(rows, other, 3).data;
    const { data } = classifierFree({ scale: 3, rescale: 0.7 }).combine({
      conditional: rows,
      unconditional: other,
      progress: 0,
    });
    for (const row of [0, 1]) {
      const epsilon = (array: ArrayLike<number>) => Array.from(array).slice(row * 8, row * 8 + 6);
      const factor = 0.7 * (deviation(epsilon(values)) / deviation(epsilon(guided))) + 0.3;
      epsilon(data).forEach((value, i) => {
        expect(value).toBeCloseTo(factor * (epsilon(guided)[i] as number), 5);
      });
      expect(data.slice(row * 8 + 6, row * 8 + 8)).toEqual(
        rows.data.slice(row * 8 + 6, row * 8 + 8),
      );
    }
  });

  it("rescales a constant prediction to nothing strange", () => {
    const constant = tensor([1, 3, 1, 1], [1, 1, 1]);
    const { data } = classifierFree({ rescale: 1 }).combine({
      conditional: constant,
      unconditional: tensor([1, 3, 1, 1], [0, 0, 0]),
      progress: 0,
    });
    expect([...data]).toEqual([3, 3, 3]);
  });

  it("refuses to combine a planned step without its second evaluation", () => {
    expect(() => classifierFree().combine({ conditional, progress: 0.5 })).toThrow(
      "planned at progress 0.5",
    );
  });

  it.each([
    { scale: -1 },
    { scale: Number.NaN },
    { scale: Infinity },
    { interval: [0.5, 0.4] as const },
    { interval: [-0.1, 1] as const },
    { interval: [0, 1.5] as const },
    { rescale: 1.5 },
    { rescale: Number.NaN },
    { imageChannels: 0 },
  ])("refuses %j", (options) => {
    expect(() => classifierFree(options)).toThrow(InvalidArgumentError);
  });

  it("refuses a schedule that gives no scale", () => {
    expect(() => classifierFree({ scale: () => Number.NaN }).plan(0.5)).toThrow("scale is NaN");
  });
});

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1),
  );
}
