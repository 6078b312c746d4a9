import { InvalidArgumentError, tensor, typedTensor, UnknownNameError } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { antialiasedWeights, cubic } from "./resampling-weights.ts";
import { averagePool, type ResizeMethod, resize, resizeNearest, resizeWith } from "./resize.ts";

const x = tensor([1, 1, 4, 3], [0.1, -0.5, 0.9, 0.3, 0.7, -0.2, -0.8, 0.4, 0.6, 1, -1, 0.05]);

describe("resize", () => {
  // Results of torch.nn.functional.interpolate.
  it.each([
    [
      "bilinear",
      [3, 5],
      [
        0.1333333, -0.04, -0.3, 0.3100002, 0.7166666, -0.25, 0.07, 0.55, 0.3399999, 0.2, 0.7000003,
        0.1133333, -0.7666669, -0.2216667, 0.1416666,
      ],
    ],
    [
      "bicubic",
      [3, 5],
      [
        0.1929566, -0.110361, -0.3225695, 0.2866599, 0.8291187, -0.5146, 0.1096377, 0.79375,
        0.4847685, 0.0864876, 0.8691476, 0.0619593, -0.8042822, -0.3345863, 0.2337461,
      ],
    ],
    [
      "bicubic-antialiased",
      [3, 2],
      [0.0420248, 0.2974178, 0.0438423, 0.3799472, 0.0488975, -0.1309203],
    ],
    ["area", [2, 2], [0.15, 0.225, -0.1, 0.0125]],
  ] as [ResizeMethod, [number, number], number[]][])(
    "agrees with PyTorch: %s to %j",
    (method, size, expected) => {
      const y = resize(x, size, method);
      expect(y.dims).toEqual([1, 1, ...size]);
      expect(
        Math.max(...expected.map((value, index) => Math.abs(value - (y.data[index] as number)))),
      ).toBeLessThan(1e-6);
    },
  );

  it.each(["bilinear", "bicubic", "bicubic-antialiased", "area"] as const)(
    "leaves an image of the same size as it is: %s",
    (method) => {
      const same = resize(x, [4, 3], method).data;
      expect(
        Math.max(...same.map((value, index) => Math.abs(value - (x.data[index] as number)))),
      ).toBeLessThan(1e-7);
    },
  );

  it("treats every channel of every image alone", () => {
    const batch = tensor(
      [2, 2, 4, 3],
      [1, 2, -3, 4].flatMap((factor) => [...x.data].map((value) => factor * value)),
    );
    const one = resize(x, [2, 5], "bilinear").data;
    const all = resize(batch, [2, 5], "bilinear").data;
    for (const [plane, factor] of [1, 2, -3, 4].entries())
      for (let i = 0; i < 10; i++)
        expect(all[plane * 10 + i]).toBeCloseTo(factor * (one[i] as number), 6);
  });

  it("stretches a single pixel", () => {
    expect([...resize(tensor([1, 1, 1, 1], [0.5]), [2, 2], "bicubic").data]).toEqual([
      0.5, 0.5, 0.5, 0.5,
    ]);
  });

  it("refuses sizes, ranks and methods that do not exist", () => {
    expect(() => resize(x, [0, 2], "area")).toThrow(InvalidArgumentError);
    expect(() => resize(x, [2.5, 2], "area")).toThrow(InvalidArgumentError);
    expect(() => resize(tensor([4, 3]), [2, 2], "area")).toThrow("[batch, channel, height, width]");
    expect(() => resize(x, [2, 2], "bilnear" as ResizeMethod)).toThrow(UnknownNameError);
    expect(() => resize(x, [2, 2], "toString" as ResizeMethod)).toThrow(UnknownNameError);
  });
});

describe("resizeWith", () => {
  it("applies an axis's weights to rows, and then to columns", () => {
    const firstAndMean = (from: number) => ({
      starts: [0, 0],
      weights: [Float64Array.of(1), new Float64Array(from).fill(1 / from)],
    });
    const { dims, data } = resizeWith(x, [2, 2], firstAndMean);
    expect(dims).toEqual([1, 1, 2, 2]);
    expect([...data]).toEqual(
      [0.1, 0.5 / 3, 0.6 / 4, 1.55 / 12].map((value) => expect.closeTo(value, 6)),
    );
  });

  it("takes the filters of other libraries", () => {
    const pillow = resizeWith(x, [3, 2], (from, to) =>
      antialiasedWeights(from, to, cubic(-0.5)),
    ).data;
    // positions differ by the rounding of float32
    const pytorch = resize(x, [3, 2], "bicubic-antialiased").data;
    expect(
      Math.max(...pillow.map((value, index) => Math.abs(value - (pytorch[index] as number)))),
    ).toBeLessThan(1e-6);
  });
});

describe("resizeNearest", () => {
  it("agrees with PyTorch at a size that is no multiple", () => {
    const expected = [
      0.1, 0.1, -0.5, -0.5, 0.9, 0.3, 0.3, 0.7, 0.7, -0.2, -0.8, -0.8, 0.4, 0.4, 0.6,
    ];
    expect([...resizeNearest(x, [3, 5]).data]).toEqual(expected.map(Math.fround));
  });

  it("keeps masks masks, plane by plane", () => {
    const mask = typedTensor("bool", [2, 1, 1, 2], Uint8Array.of(0, 1, 1, 0));
    expect(resizeNearest(mask, [2, 4])).toEqual(
      typedTensor(
        "bool",
        [2, 1, 2, 4],
        Uint8Array.of(0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 0, 0),
      ),
    );
    expect(
      resizeNearest(typedTensor("int64", [1, 1, 1, 1], BigInt64Array.of(5n)), [1, 2]).data,
    ).toEqual(BigInt64Array.of(5n, 5n));
  });
});

describe("averagePool", () => {
  it("is the mean of squares, without the columns that fill none", () => {
    const { dims, data } = averagePool(x, 2);
    expect(dims).toEqual([1, 1, 2, 1]);
    expect(data[0]).toBeCloseTo(0.15, 6);
    expect(data[1]).toBeCloseTo(-0.1, 6);
  });

  it("refuses a kernel that is larger than the image", () => {
    expect(() => averagePool(x, 4)).toThrow("at most 3");
    expect(() => averagePool(x, 0)).toThrow(InvalidArgumentError);
  });
});
