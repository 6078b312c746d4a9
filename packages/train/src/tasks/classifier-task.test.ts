import { betaSchedule, gaussianDiffusion } from "@glissade/core/diffusion";
import { admClassifierGraph, parseAdmClassifierConfig } from "@glissade/core/networks";
import { evaluateGraph, tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { ParameterStore } from "../optimisers/index.ts";
import { initialise } from "../trainer/initialise.ts";
import { classifierTask } from "./classifier-task.ts";
import { stepRandom } from "./training-task.ts";

const config = parseAdmClassifierConfig({
  model_channels: 32,
  out_channels: 7,
  num_res_blocks: 1,
  attention_resolutions: [2],
  channel_mult: [1],
  num_heads: 1,
  pool: "attention",
});
const process = gaussianDiffusion(betaSchedule("linear", 1000));
const classes = new Map([
  ["dog", 0],
  ["cat", 1],
  ["a cat", 1],
  ["bird", 6],
]);
const options = { name: "classifier", config, side: 2, process, classes };
const task = classifierTask(options);
const images = tensor(
  [3, 3, 2, 2],
  Float32Array.from({ length: 36 }, (_, i) => Math.cos(i)),
);

describe("classifierTask", () => {
  it("takes an image's class from its caption", () => {
    const { inputs } = task.prepare(
      { images, captions: ["bird", "a cat", "dog"] },
      stepRandom(1, 0),
    );
    expect(Object.keys(inputs)).toEqual(["x", "timesteps", "y"]);
    expect(inputs.y?.data).toEqual(BigInt64Array.of(6n, 1n, 0n));
  });

  it("names the captions that have no class", () => {
    expect(() =>
      task.prepare({ images, captions: ["dog", "toString", "fish"] }, stepRandom(1, 0)),
    ).toThrow('Without a class: "toString", "fish".');
  });

  it("counts the images whose class is the likeliest, or among the five likeliest", () => {
    const { finish } = task.prepare({ images, captions: ["dog", "dog", "bird"] }, stepRandom(1, 0));
    const first = [9, 1, 2, 3, 4, 5, 6]; // "dog" is the likeliest
    const fifth = [5, 9, 8, 7, 6, 1, 2]; // "dog" is the fifth
    const last = [9, 8, 7, 6, 5, 4, 3]; // "bird" is the seventh
    const parts = [first, fifth, last].map((logits, part) => ({
      loss: tensor([], [part]),
      losses: tensor([1], [part]),
      logits: tensor([1, 7], logits),
    }));
    expect(finish(parts)).toEqual({ loss: 1, "accuracy@1": 1 / 3, "accuracy@5": 2 / 3 });
  });

  it.each(["attention", "adaptive"] as const)(
    "trains the network that guides, with %s pooling",
    (pool) => {
      const pooled = classifierTask({ ...options, config: { ...config, pool } });
      const parameters = new ParameterStore(pooled.parameterShapes());
      initialise(parameters, 2);
      const { inputs } = pooled.prepare(
        { images, captions: ["bird", "cat", "dog"] },
        stepRandom(1, 0),
      );
      const { logits, loss } = evaluateGraph(pooled.lossGraph(3), inputs, parameters.toTensors());
      const { x, timesteps } = inputs as Required<typeof inputs>;
      const alone = evaluateGraph(
        admClassifierGraph({ ...config, pool }, { size: 2 }),
        { x, timesteps } as Required<typeof inputs>,
        parameters.toTensors(),
      );
      expect(logits).toEqual(alone.logits);
      expect(loss?.data[0]).toBeCloseTo(
        -[6, 7 + 1, 14].reduce((sum, at) => sum + (alone.log_probs?.data[at] ?? Number.NaN), 0) / 3,
        8,
      );
      const shapes = new Map(pooled.parameterShapes().map(({ name, dims }) => [name, dims]));
      expect(shapes.get("middle_block.1.qkv.weight")).toEqual([96, 32, 1]);
      // its last layer begins at zero
      if (pool === "adaptive") expect(loss?.data[0]).toBeCloseTo(Math.log(7), 6);
    },
  );

  it("refuses classes that the network does not have, and images of unknown size", () => {
    expect(() => classifierTask({ ...options, classes: new Map([["dog", 7]]) })).toThrow(
      'classes["dog"] is 7; expected an integer from 0 to 6',
    );
    const { side: _, ...withoutSide } = options;
    expect(() => classifierTask(withoutSide)).toThrow("image_size");
  });
});
