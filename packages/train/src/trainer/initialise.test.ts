import { describe, expect, it } from "vitest";
import { ParameterStore } from "../optimisers/index.ts";
import { initialise } from "./initialise.ts";

const shapes = {
  "input_blocks.0.0.weight": [64, 3, 3, 3],
  "input_blocks.0.0.bias": [64],
  "input_blocks.1.0.in_layers.0.weight": [64],
  "input_blocks.1.0.in_layers.0.bias": [64],
  "input_blocks.1.0.emb_layers.1.weight": [64, 25],
  "input_blocks.1.0.emb_layers.1.bias": [64],
  "input_blocks.1.0.out_layers.3.weight": [8, 8, 3, 3],
  "input_blocks.1.0.out_layers.3.bias": [8],
  "middle_block.1.qkv.weight": [96, 32, 1],
  "middle_block.1.proj_out.weight": [32, 32, 1],
  "middle_block.1.proj_out.bias": [32],
  "out.2.weight": [6, 8, 3, 3],
  "out.2.bias": [6],
  "out.2.qkv_proj.weight": [24, 8, 1],
  "out.3.weight": [7, 8, 1, 1],
  "token_embedding.weight": [500, 8],
  positional_embedding: [3, 400],
  "image_encoder.blocks.input.w_t": [100, 12],
  "image_encoder.blocks.input.pred_state": [1000],
  "image_encoder.blocks.input.ln.g": [12],
  "image_encoder.blocks.input.ln.b": [12],
  "image_encoder.blocks.block_0.f_attn.f_q.w": [12, 16],
  "image_encoder.blocks.block_0.f_attn.f_q.b": [12],
  logit_scale: [],
};
type Name = keyof typeof shapes;

function initialised(
  seed: number,
  names: readonly string[] = Object.keys(shapes),
): (name: Name) => Float32Array {
  const all: Readonly<Record<string, readonly number[]>> = shapes;
  const parameters = new ParameterStore(names.map((name) => ({ name, dims: all[name] ?? [] })));
  initialise(parameters, seed);
  return (name) => parameters.view(name);
}

const values = initialised(7);
const largest = (name: Name) =>
  values(name).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

describe("initialise", () => {
  it.each([
    ["input_blocks.0.0.weight", 27],
    ["input_blocks.0.0.bias", 27],
    ["input_blocks.1.0.emb_layers.1.weight", 25],
    ["input_blocks.1.0.emb_layers.1.bias", 25],
    ["middle_block.1.qkv.weight", 32],
    ["out.2.qkv_proj.weight", 8],
    ["image_encoder.blocks.block_0.f_attn.f_q.w", 16],
    ["image_encoder.blocks.block_0.f_attn.f_q.b", 16],
  ] as const)("draws %s uniformly within 1 / sqrt(%d), as PyTorch does", (name, inputs) => {
    const bound = 1 / Math.sqrt(inputs);
    expect(largest(name)).toBeLessThanOrEqual(bound);
    expect(largest(name)).toBeGreaterThan(0.75 * bound);
    const n = values(name).length;
    const square = values(name).reduce((sum, value) => sum + value * value, 0) / n / bound ** 2;
    expect(Math.abs(square - 1 / 3)).toBeLessThan(4 * Math.sqrt(4 / 45 / n));
  });

  it.each([
    "input_blocks.1.0.out_layers.3.weight",
    "input_blocks.1.0.out_layers.3.bias",
    "middle_block.1.proj_out.weight",
    "middle_block.1.proj_out.bias",
    "out.2.weight",
    "out.2.bias",
    "out.3.weight",
    "input_blocks.1.0.in_layers.0.bias",
    "image_encoder.blocks.input.ln.b",
  ] as const)("begins %s at zero", (name) => expect(largest(name)).toBe(0));

  it.each(["input_blocks.1.0.in_layers.0.weight", "image_encoder.blocks.input.ln.g"] as const)(
    "begins the norm %s at one",
    (name) => expect(new Set(values(name))).toEqual(new Set([1])),
  );

  it.each([
    ["token_embedding.weight", 1],
    ["positional_embedding", 0.3],
    ["image_encoder.blocks.input.w_t", 0.3],
    ["image_encoder.blocks.input.pred_state", 0.3],
  ] as const)(
    "draws the table %s from a normal distribution of deviation %d",
    (name, deviation) => {
      const n = values(name).length;
      const square =
        values(name).reduce((sum, value) => sum + value * value, 0) / n / deviation ** 2;
      expect(Math.abs(square - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    },
  );

  it("begins CLIP's temperature at 0.07", () =>
    expect(1 / Math.exp(values("logit_scale")[0] ?? 0)).toBeCloseTo(0.07, 6));

  it("gives the same for the same seed, and other weights for another", () => {
    const [again, other] = [initialised(7), initialised(8)];
    for (const name of [
      "input_blocks.0.0.weight",
      "input_blocks.0.0.bias",
      "token_embedding.weight",
    ] as const) {
      expect(again(name)).toEqual(values(name));
      expect(other(name)).not.toEqual(values(name));
    }
  });

  it("gives a parameter the same weights whatever others there are", () => {
    const alone = initialised(7, ["middle_block.1.qkv.weight", "token_embedding.weight"]);
    expect(alone("middle_block.1.qkv.weight")).toEqual(values("middle_block.1.qkv.weight"));
  });
});
