import { InvalidArgumentError, tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { dynamicThresholding } from "./dynamic-thresholding.ts";

const values = [0.2, -3, 1.5, 0.7, -0.1, 2.4, 0.9, -0.6];

describe("dynamicThresholding", () => {
  it("clips at the percentile and divides by it, as torch.quantile(x.abs(), 0.9) = 2.58 gives it", () => {
    const { data } = dynamicThresholding({ percentile: 0.9 })(tensor([1, 8], values));
    const expected = [
      0.07751939, -1.0, 0.5813954, 0.27131784, -0.038759694, 0.93023264, 0.3488372, -0.23255816,
    ];
    for (const [i, value] of expected.entries()) expect(data[i]).toBeCloseTo(value, 6);
  });

  it("treats every image on its own, and only clips where the percentile is below 1", () => {
    const small = [0.5, -0.25, 0.1, 0.9, 0, 0.3, -0.8, 1.5];
    const both = dynamicThresholding({ percentile: 0.5 })(tensor([2, 8], [...values, ...small]));
    expect(both.data.slice(8)).toEqual(Float32Array.from([...small.slice(0, 7), 1]));
    expect(both.data.slice(0, 8)).toEqual(
      dynamicThresholding({ percentile: 0.5 })(tensor([1, 8], values)).data,
    );
  });

  it("only divides where the percentile is 1", () => {
    const { data } = dynamicThresholding({ percentile: 1 })(tensor([1, 8], values));
    for (const [i, value] of values.entries()) expect(data[i]).toBeCloseTo(value / 3, 6);
  });

  it("leaves its input as it is", () => {
    const x0 = tensor([1, 8], values);
    dynamicThresholding()(x0);
    expect(x0).toEqual(tensor([1, 8], values));
  });

  it.each([0, 1.1, Number.NaN])("refuses the percentile %f", (percentile) => {
    expect(() => dynamicThresholding({ percentile })).toThrow(InvalidArgumentError);
  });
});
