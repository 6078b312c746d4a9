import { GraphBuilder, tensor, typedTensor, weightsFromTensors } from "@glissade/graph";
import * as ort from "onnxruntime-node";
import { PbfReader } from "pbf";
import { afterAll, describe, expect, it } from "vitest";
import { onnx } from "./onnx-backend.ts";
import { toOnnxModel } from "./onnx-model.ts";

const backend = onnx({ threads: 1 });
afterAll(() => backend.dispose());
const noWeights = weightsFromTensors({});

describe("toOnnxModel", () => {
  it("keeps the graph's names and symbolic lengths for inputs and results", async () => {
    const g = new GraphBuilder();
    const x = g.input("image", ["batch", 3, 8, 8]);
    const t = g.input("timestep", ["batch"], "int64");
    g.output("mean", g.silu(x));
    g.output("time", g.cast(t, "float32"));
    const { bytes, outputNames } = await toOnnxModel(g.build(), noWeights, { name: "U-Net" });
    const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
    expect(session.inputMetadata.map((input) => ({ ...input }))).toEqual([
      { name: "image", isTensor: true, type: "float32", shape: ["batch", 3, 8, 8] },
      { name: "timestep", isTensor: true, type: "int64", shape: ["batch"] },
    ]);
    expect(session.outputMetadata.map((output) => ({ ...output }))).toEqual([
      { name: "mean", isTensor: true, type: "float32", shape: ["batch", 3, 8, 8] },
      { name: "time", isTensor: true, type: "float32", shape: ["batch"] },
    ]);
    expect(Object.fromEntries(outputNames)).toEqual({ mean: "mean", time: "time" });
    await session.release();
  });

  it("writes standard operators of set 20 and nothing else", async () => {
    const g = new GraphBuilder();
    const x = g.input("x", ["batch", 4, 8]);
    g.output("y", g.matmul(g.gelu(g.silu(x)), x, { transposeB: true }));
    const { bytes } = await toOnnxModel(g.build(), noWeights);
    const opsets: { domain: string; version: number }[] = [];
    new PbfReader(bytes).readFields((tag, _, model) => {
      if (tag !== 8) return;
      const opset = { domain: "?", version: 0 };
      model.readMessage((field, result, message) => {
        if (field === 1) result.domain = message.readString();
        if (field === 2) result.version = message.readVarint();
      }, opset);
      opsets.push(opset);
    }, undefined);
    expect(opsets).toEqual([{ domain: "", version: 20 }]);
  });

  it("writes shapes that are not known before a run, with the same results", async () => {
    const g = new GraphBuilder();
    const x = g.input("x", [2, 3, 4]);
    g.output("y", g.reshape(g.silu(g.reshape(x, [6, 4])), [4, 6]));
    const [fixed, open] = await Promise.all(
      [true, false].map((fixedShapes) => toOnnxModel(g.build(), noWeights, { fixedShapes })),
    );
    const feeds = {
      x: new ort.Tensor(
        "float32",
        Float32Array.from({ length: 24 }, (_, i) => i / 10 - 1),
        [2, 3, 4],
      ),
    };
    const results = await Promise.all(
      [fixed, open].map(async (model) => {
        const session = await ort.InferenceSession.create(model?.bytes ?? new Uint8Array(), {
          logSeverityLevel: 3,
        });
        const { y } = await session.run(feeds);
        const shape = session.inputMetadata.map((input) =>
          input.isTensor ? input.shape : undefined,
        );
        await session.release();
        return { y: y?.data, dims: y?.dims, shape };
      }),
    );
    expect(results[0]?.shape).toEqual([[2, 3, 4]]);
    expect(results[1]).toEqual({ ...results[0], shape: [["length", 3, 4]] });
  });

  it("gives results that are inputs, constants or named twice", async () => {
    const g = new GraphBuilder();
    const x = g.input("x", ["batch", 2]);
    const doubled = g.mul(x, 2);
    g.output("same", x);
    g.output("x", doubled); // the name of an input
    g.output("again", doubled);
    g.output("constant", g.constant(typedTensor("int64", [2], BigInt64Array.of(5n, -7n))));
    const executable = await backend.compile(g.build(), noWeights);
    const results = await executable.run({ x: tensor([1, 2], [1, 3]) });
    expect(
      Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, [...data]])),
    ).toEqual({
      same: [1, 3],
      x: [2, 6],
      again: [2, 6],
      constant: [5n, -7n],
    });
  });

  it("does not mistake a result's public name for another value of that name", async () => {
    const g = new GraphBuilder();
    const x = g.input("x", ["batch", 2]);
    const hidden = g.add(x, 1); // one of the builder's own names
    const y = g.mul(hidden, 10);
    g.output(hidden.name, y);
    const executable = await backend.compile(g.build(), noWeights);
    expect([
      ...((await executable.run({ x: tensor([1, 2], [1, 3]) }))[hidden.name]?.data ?? []),
    ]).toEqual([20, 40]);
  });

  it("accepts an input that nothing reads", async () => {
    const g = new GraphBuilder();
    g.input("unused", ["batch"], "int64");
    g.output("y", g.exp(g.input("x", ["batch"])));
    const executable = await backend.compile(g.build(), noWeights);
    const { y } = await executable.run({
      x: tensor([1], [0]),
      unused: typedTensor("int64", [1], BigInt64Array.of(3n)),
    });
    expect([...(y?.data ?? [])]).toEqual([1]);
  });
});
