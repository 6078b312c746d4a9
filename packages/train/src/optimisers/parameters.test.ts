import { InvalidArgumentError, WeightsError } from "@glissade/core";
import { float32ToFloat16, tensor, typedTensor, weightsFromTensors } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { ParameterStore } from "./parameters.ts";

const shapes = [
  { name: "a", dims: [2, 2] },
  { name: "b", dims: [3] },
];

describe("ParameterStore", () => {
  it("lays parameters one behind the other, and its views write to the flat array", () => {
    const store = new ParameterStore(shapes);
    store.view("b").set([1, 2, 3]);
    expect([...store.values]).toEqual([0, 0, 0, 0, 1, 2, 3]);
    expect(store.slot("b")).toEqual({ name: "b", dims: [3], offset: 4, length: 3 });
    store.toTensors().get("a")?.data.fill(7);
    expect([...store.values]).toEqual([7, 7, 7, 7, 1, 2, 3]);
    expect(() => store.view("c")).toThrow(InvalidArgumentError);
    expect(() => new ParameterStore([...shapes, { name: "a", dims: [] }])).toThrow(
      /every name once/,
    );
  });

  it("reads weights of any floating-point type, in the order asked", async () => {
    const weights = weightsFromTensors({
      a: tensor([2], [1, 2]),
      b: typedTensor("float16", [2], float32ToFloat16(Float32Array.of(0.5, -3))),
    });
    const store = await ParameterStore.fromWeights(weights, { names: ["b", "a"], shared: true });
    expect([...store.values]).toEqual([0.5, -3, 1, 2]);
    expect(store.values.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(store.zeros().buffer).toBeInstanceOf(SharedArrayBuffer);
    await expect(ParameterStore.fromWeights(weights, { names: ["c"] })).rejects.toThrow(
      WeightsError,
    );
    await expect(
      ParameterStore.fromWeights(weights, { signal: AbortSignal.abort() }),
    ).rejects.toThrow(/abort/i);
  });

  it("gives back the tensors it was made from", async () => {
    const tensors = new Map([["w", tensor([2, 1], [4, 5])]]);
    expect((await ParameterStore.fromWeights(weightsFromTensors(tensors))).toTensors()).toEqual(
      tensors,
    );
  });

  it("accumulates a graph's gradients", () => {
    const store = new ParameterStore(shapes);
    const gradient = store.zeros().fill(99);
    const results = {
      "grad.a": tensor([2, 2], [1, 2, 3, 4]),
      "grad.b": tensor([3], [5, 6, 7]),
      loss: tensor([], [1]),
    };
    store.collect(results, gradient, { prefix: "grad.", scale: 0.5, overwrite: true });
    store.collect(results, gradient, { prefix: "grad.", scale: 0.5 });
    expect([...gradient]).toEqual([1, 2, 3, 4, 5, 6, 7]);
    store.collect(results, gradient, { prefix: "grad.", overwrite: true });
    expect([...gradient]).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(() => store.collect(results, gradient)).toThrow(/shape \[2, 2\]/);
    expect(() => store.collect(results, new Float32Array(3), { prefix: "grad." })).toThrow(
      /7 elements/,
    );
  });
});
