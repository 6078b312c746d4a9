import { rgbImage } from "@glissade/core";
import { evaluateGraph, parameterCount, tensor, typedTensor } from "@glissade/graph";
import { ParameterStore } from "@glissade/train";
import { describe, expect, it } from "vitest";
import { judgeInput } from "./judge.ts";
import { judgeChannels, judgeLossGraph, plainJudgeGraph } from "./judge-network.ts";

const shape = { things: 5, channels: [8, 8, 16] } as const;

describe("the judge's loss", () => {
  const lossOf = (bias: readonly number[], answer: bigint) => {
    const parameters = new ParameterStore(plainJudgeGraph(shape).parameters);
    parameters.view("head.bias").set(bias);
    const graph = judgeLossGraph(shape, { batch: 1, smoothing: 0.1 });
    const inputs = {
      x: tensor([1, 3, 32, 32]),
      y: typedTensor("int64", [1], BigInt64Array.of(answer)),
    };
    return evaluateGraph(graph, inputs, parameters.toTensors()).loss?.data[0];
  };

  it("is that of guessing where the network says nothing", () => {
    expect(lossOf([0, 0, 0, 0, 0], 3n)).toBeCloseTo(Math.log(5), 6);
  });

  it("is the cross entropy with a tenth of the target spread over all things", () => {
    // p = 0.6 and four times 0.1: 0.92 of the target on the first, 0.02 on each other one.
    const logits = [0.6, 0.1, 0.1, 0.1, 0.1].map(Math.log);
    const expected = -(0.92 * Math.log(0.6) + 4 * 0.02 * Math.log(0.1));
    expect(lossOf(logits, 0n)).toBeCloseTo(expected, 6);
  });
});

describe("the judge's network", () => {
  it("has fewer than a million parameters", () => {
    const graph = plainJudgeGraph({ things: 421, channels: judgeChannels });
    expect(parameterCount(graph)).toBeGreaterThan(300_000);
    expect(parameterCount(graph)).toBeLessThan(1_000_000);
  });

  it("sees means of areas where an image is larger", () => {
    const data = new Uint8Array(3 * 64 * 64);
    data.set([255, 0, 0], 0); // one of the four pixels of the first area
    const { dims, data: values } = judgeInput(rgbImage(64, 64, data));
    expect(dims).toEqual([1, 3, 32, 32]);
    expect(values[0]).toBeCloseTo(-0.5, 6); // (1 - 3) / 4
    expect(values[1]).toBe(-1);
    expect(values[32 * 32]).toBe(-1);
  });

  it("refuses what is no square of at least 32 pixels", () => {
    expect(() => judgeInput(rgbImage(64, 32))).toThrow(/64x32 pixels/);
    expect(() => judgeInput(rgbImage(16, 16))).toThrow(/at least 32/);
  });
});
