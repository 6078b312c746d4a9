import { describe, expect, it } from "vitest";
import { tensor } from "../tensor.ts";
import { computedWeights } from "./computed-weights.ts";
import { readTensor } from "./tensor-bytes.ts";
import { WeightsError } from "./weights-error.ts";

describe("computedWeights", () => {
  it("computes a weight each time it is read, and none before", async () => {
    const asked: string[] = [];
    const weights = computedWeights(
      [
        ["a", [2]],
        ["b", [1, 3]],
        ["a", [2, 1]],
      ],
      (name, dims) => {
        asked.push(name);
        return tensor(dims, dims.length === 1 ? [1, 2] : [3, 4, 5]);
      },
    );
    expect(weights.names).toEqual(["a", "b"]);
    expect(weights.describe("a")).toEqual({ dtype: "float32", dims: [2] });
    expect(weights.describe("c")).toBeUndefined();
    expect(asked).toEqual([]);
    expect(await readTensor(weights, "b")).toEqual(tensor([1, 3], [3, 4, 5]));
    expect(asked).toEqual(["b"]);
    await expect(weights.read("c")).rejects.toSatisfy(WeightsError.isInstance.bind(WeightsError));
  });
});
