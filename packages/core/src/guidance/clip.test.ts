import { type AnyTensor, tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { cosineProcess } from "../diffusion/__fixtures__/reference-pixels.ts";
import { clipGradient, composedText } from "./clip.ts";

const x = tensor([2, 1, 1, 1], [0.25, -0.5]);
const text = tensor([1, 2], [0.6, 0.8]);

/** Keeps the inputs it was given; its gradient is x. */
function recorder() {
  const given: Readonly<Record<string, AnyTensor>>[] = [];
  return {
    given,
    differentiate: async (inputs: Readonly<Record<string, AnyTensor>>) => {
      given.push(inputs);
      return x;
    },
  };
}

describe("clipGradient", () => {
  it("differentiates f(x_t, t) g(c) for every image of the batch", async () => {
    const { given, differentiate } = recorder();
    expect(await clipGradient({ differentiate, text })(x, 700)).toBe(x);
    expect(given).toEqual([
      {
        x,
        timesteps: tensor([2], [700, 700]),
        text: tensor([2, 2], [0.6, 0.8, 0.6, 0.8]),
        scale: tensor([2], [1, 1]),
      },
    ]);
  });

  it("passes the weights of x_0 = (x_t - sqrt(1 - abar) epsilon) / sqrt(abar) to go through it", async () => {
    const { given, differentiate } = recorder();
    const seen = tensor([2, 1], [7, 7]);
    await clipGradient({
      differentiate,
      text,
      predicted: { diffusion: cosineProcess, meanType: "epsilon", inputs: () => ({ seen }) },
    })(x, 5);
    const abar = cosineProcess.alphasCumprod[5] as number;
    const [inputs] = given;
    expect(inputs?.seen).toBe(seen);
    expect(Number(inputs?.x0_from_x?.data[1])).toBeCloseTo(1 / Math.sqrt(abar), 5);
    expect(Number(inputs?.x0_from_output?.data[0])).toBeCloseTo(-Math.sqrt((1 - abar) / abar), 5);
  });
});

describe("composedText", () => {
  it("weighs the embeddings of several prompts", () => {
    const { dims, data } = composedText(tensor([2, 2], [1, 0, 0, 1]), [0.75, -0.25]);
    expect([dims, [...data]]).toEqual([
      [1, 2],
      [0.75, -0.25],
    ]);
  });
});
