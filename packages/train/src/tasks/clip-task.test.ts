import { betaSchedule, gaussianDiffusion, qSample } from "@glissade/core/diffusion";
import { clipImageGraph, clipTextGraph, parseClipConfig } from "@glissade/core/networks";
import type { ClipTokenizer } from "@glissade/core/text";
import { evaluateGraph, tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { ParameterStore } from "../optimisers/index.ts";
import { initialise } from "../trainer/initialise.ts";
import { clipTask } from "./clip-task.ts";
import { splitClipTowers } from "./clip-towers.ts";
import { stepRandom } from "./training-task.ts";

const config = parseClipConfig({
  image_size: 4,
  patch_size: 2,
  n_vocab: 8,
  max_text_len: 4,
  n_embd: 4,
  n_timesteps: 10,
  n_head_text: 1,
  n_head_state_text: 4,
  n_xf_blocks_text: 1,
  n_head_image: 1,
  n_head_state_image: 4,
  n_xf_blocks_image: 1,
});
const process = gaussianDiffusion(betaSchedule("squaredcos_cap_v2", 5), [1, 3, 5, 7, 9]);

/** A token a letter, a to f; start 6, end 7. */
const tokenizer: ClipTokenizer = {
  vocabularySize: 8,
  contextLength: 77,
  startToken: 6,
  endToken: 7,
  encode: (text) => Array.from(text, (letter) => letter.charCodeAt(0) - 97),
  decode: () => "",
  paddedTokensAndLength(text, length = 77) {
    const row = [6, ...this.encode(text).slice(0, length - 2), 7];
    return {
      tokens: Int32Array.from({ length }, (_, i) => row[i] ?? 0),
      length: row.length,
      truncated: text.length > length - 2,
    };
  },
};

const task = clipTask({ name: "clip", config, process, tokenizer });
const images = tensor(
  [3, 3, 4, 4],
  Float32Array.from({ length: 144 }, (_, i) => Math.sin(i)),
);
const batch = { images, captions: ["a", "bcd", "ef"] };

describe("clipTask", () => {
  it("gives the towers noisy images with their steps, and token rows with their lengths", () => {
    const { inputs } = task.prepare(batch, stepRandom(5, 2));
    expect(inputs.tokens?.data).toEqual(
      BigInt64Array.of(6n, 0n, 7n, 0n, 6n, 1n, 2n, 7n, 6n, 4n, 5n, 7n),
    );
    expect(inputs.lengths?.data).toEqual(BigInt64Array.of(3n, 4n, 4n));
    const steps = Array.from(inputs.timesteps?.data ?? [], Number);
    const noise = stepRandom(5, 2)("noise").randn(images.dims);
    expect(inputs.x).toEqual(
      qSample(
        process,
        images,
        steps.map((step) => (step - 1) / 2),
        noise,
      ),
    );
  });

  it("draws every step equally often", () => {
    const many = {
      images: tensor([2000, 3, 1, 1]),
      captions: Array.from({ length: 2000 }, () => "a"),
    };
    const counts = new Map<number, number>();
    for (const step of task.prepare(many, stepRandom(1, 0)).inputs.timesteps?.data ?? [])
      counts.set(Number(step), (counts.get(Number(step)) ?? 0) + 1);
    expect([...counts.keys()].sort()).toEqual([1, 3, 5, 7, 9]);
    for (const count of counts.values())
      expect(Math.abs(count - 400)).toBeLessThan(4 * Math.sqrt(320));
  });

  it("shows clean images to a CLIP without timesteps", () => {
    const clean = clipTask({
      name: "clip",
      config: { ...config, image: { ...config.image, timesteps: 0 } },
      process,
      tokenizer,
    });
    expect(Object.keys(clean.prepare(batch, stepRandom(1, 0)).inputs)).toEqual([
      "x",
      "tokens",
      "lengths",
    ]);
    expect(clean.prepare(batch, stepRandom(1, 0)).inputs.x).toBe(images);
    expect(clean.parameterShapes().map(({ name }) => name)).toContain(
      "image_encoder.blocks.input.pred_state",
    );
  });

  it("counts the images and captions that are nearest to each other within their part", () => {
    const row = (...values: number[]) => tensor([2, 4], values);
    const [x, y, both] = [
      [1, 0, 0, 0],
      [0, 1, 0, 0],
      [0.8, 0.6, 0, 0],
    ] as const;
    const { finish } = task.prepare(batch, stepRandom(1, 0));
    const right = { loss: tensor([], [1]), image: row(...x, ...y), text: row(...x, ...y) };
    const wrong = { loss: tensor([], [3]), image: row(...x, ...y), text: row(...y, ...x) };
    // the texts lie nearest to "both" alone
    const half = { loss: tensor([], [2]), image: row(...x, ...both), text: row(...both, ...y) };
    expect(finish([right])).toEqual({ loss: 1, accuracy: 1 });
    expect(finish([wrong])).toEqual({ loss: 3, accuracy: 0 });
    expect(finish([right, wrong])).toEqual({ loss: 2, accuracy: 0.5 });
    expect(finish([half])).toEqual({ loss: 2, accuracy: 0.5 });
  });

  it("stores parameters under the shapes of the reference's files, which its loss graph reads too", () => {
    const shapes = new Map(task.parameterShapes().map(({ name, dims }) => [name, dims]));
    expect(shapes.get("image_encoder.blocks.input.patch_proj")).toEqual([4, 3, 2, 2]);
    expect(shapes.get("logit_scale")).toEqual([]);
    expect(new Set(task.lossGraph(2).parameters.map(({ name }) => name))).toEqual(
      new Set(shapes.keys()),
    );
    const fixed = clipTask({ name: "clip", config, process, tokenizer, learnLogitScale: false });
    expect(fixed.parameterShapes().map(({ name }) => name)).toEqual(
      [...shapes.keys()].filter((name) => name !== "logit_scale"),
    );
    expect(fixed.constrain).toBeUndefined();
  });

  it("keeps the logit scale at 100 or below", () => {
    const parameters = new ParameterStore(task.parameterShapes());
    for (const [given, kept] of [
      [5, Math.log(100)],
      [-1, -1],
    ] as const) {
      parameters.view("logit_scale")[0] = given;
      task.constrain?.(parameters);
      expect(parameters.view("logit_scale")[0]).toBeCloseTo(kept, 6);
    }
  });

  it("has trained two towers that work apart as they did together", () => {
    const parameters = new ParameterStore(task.parameterShapes());
    initialise(parameters, 3);
    const { inputs } = task.prepare(batch, stepRandom(1, 0));
    const together = evaluateGraph(task.lossGraph(3), inputs, parameters.toTensors());
    const { image, text, logitScale } = splitClipTowers(parameters);
    const { x, timesteps, tokens, lengths } = inputs as Required<typeof inputs>;
    expect(
      evaluateGraph(clipImageGraph(config), { x, timesteps } as Required<typeof inputs>, image)
        .normalized,
    ).toEqual(together.image);
    expect(
      evaluateGraph(clipTextGraph(config), { tokens, lengths } as Required<typeof inputs>, text)
        .normalized,
    ).toEqual(together.text);
    expect(logitScale).toBeCloseTo(1 / 0.07, 4);
  });

  it("refuses another vocabulary and a process with more steps than the network knows", () => {
    expect(() =>
      clipTask({ name: "clip", config, process, tokenizer: { ...tokenizer, vocabularySize: 9 } }),
    ).toThrow("tokenizer is");
    expect(() =>
      clipTask({
        name: "clip",
        config,
        process: gaussianDiffusion(betaSchedule("linear", 20)),
        tokenizer,
      }),
    ).toThrow("at most 10");
  });
});
