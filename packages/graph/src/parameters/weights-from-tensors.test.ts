import { describe, expect, it } from "vitest";
import { tensor } from "../tensor.ts";
import { readTensor, tensorFromBytes, toFloat32 } from "./tensor-bytes.ts";
import { weightsFromTensors } from "./weights-from-tensors.ts";

describe("weights in memory", () => {
  it.each([
    ["an object", { w: tensor([2], [1, -2]) }],
    ["a Map", new Map([["w", tensor([2], [1, -2])]])],
  ])("reads what it was given, as %s", async (_, tensors) => {
    const weights = weightsFromTensors(tensors);
    expect(weights.names).toEqual(["w"]);
    expect(weights.locate("w")).toBeUndefined();
    expect(await weights.read("w")).toEqual(Uint8Array.of(0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0));
    expect(await readTensor(weights, "w")).toEqual(tensor([2], [1, -2]));
  });

  it("names the weight that is not there, and the tensor that does not fill its shape", async () => {
    const weights = weightsFromTensors({ w: tensor([1]) });
    await expect(weights.read("v")).rejects.toThrow('tensor "v": there is no such weight');
    await expect(readTensor(weights, "v")).rejects.toThrow(
      'tensor "v": there is no such weight. There are 1',
    );
    expect(() =>
      weightsFromTensors({ w: { dtype: "float32", dims: [3], data: new Float32Array(2) } }),
    ).toThrow("do not fill the shape [3]");
  });

  it("reads bytes that are not aligned to the element", () => {
    const shifted = Uint8Array.of(9, 0, 0, 0x80, 0x3f).subarray(1);
    expect(tensorFromBytes("float32", [1], shifted)).toEqual(tensor([1], [1]));
  });

  it("widens floating-point types to float32 and refuses others", () => {
    expect(toFloat32({ dtype: "float16", dims: [1], data: Uint16Array.of(0xc000) })).toEqual(
      Float32Array.of(-2),
    );
    expect(toFloat32({ dtype: "bfloat16", dims: [1], data: Uint16Array.of(0xc000) })).toEqual(
      Float32Array.of(-2),
    );
    expect(toFloat32({ dtype: "float64", dims: [1], data: Float64Array.of(0.1) })).toEqual(
      Float32Array.of(0.1),
    );
    expect(() => toFloat32({ dtype: "int8", dims: [1], data: Int8Array.of(1) })).toThrow(
      "this is int8",
    );
  });
});
