import { sizeOf, type WeightSource } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { describeByConfig, published } from "./checkpoint-networks.ts";
import { CheckpointError } from "./errors.ts";
import { assertFits, networkIn, recognise } from "./recognise-checkpoint.ts";

type Described = { readonly dtype: "float32" | "int64"; readonly dims: readonly number[] };

/** Weights that can be described and not read: a published network has 1.5 GB. */
function described(entries: Iterable<readonly [string, Described]>): WeightSource {
  const map = new Map(entries);
  return {
    names: [...map.keys()],
    describe: (name) => map.get(name),
    locate: () => undefined,
    read: () => Promise.reject(new Error("not read")),
    dispose: async () => {},
  };
}

const networkNamed = (name: string) => {
  const { kind, json } = published[name] ?? expect.unreachable(name);
  return describeByConfig(kind, json);
};
const shapesOf = (name: string) =>
  [...networkNamed(name).parameters].map(
    ([weight, dims]) => [weight, { dtype: "float32", dims }] as const,
  );

describe("the published networks", () => {
  // The published checkpoints' numbers of parameters.
  it.each([
    ["GLIDE base", 385_030_726],
    ["GLIDE base for inpainting", 385_037_638],
    ["GLIDE upsampler", 398_361_286],
    ["GLIDE upsampler for inpainting", 398_368_198],
    ["GLIDE noised CLIP, images", 86_443_776],
    ["GLIDE noised CLIP, texts", 71_679_488],
  ])("%s has %i parameters and is recognised by them", (name, parameters) => {
    const shapes = shapesOf(name);
    expect(shapes.reduce((sum, [, { dims }]) => sum + sizeOf(dims), 0)).toBe(parameters);
    const weights = described(shapes);
    expect(recognise(weights, networkIn(weights, "a.pt"))?.name).toBe(name);
  });

  // Dhariwal & Nichol 2021, table 9 and appendix: millions of parameters.
  it.each([
    ["ADM 64", 296],
    ["ADM 128", 422],
    ["ADM 256", 554],
    ["ADM 512", 559],
    ["ADM classifier 64", 65],
    ["ADM classifier 256", 54],
  ])("%s has %i million parameters and is recognised by them", (name, millions) => {
    const shapes = shapesOf(name);
    expect(Math.round(shapes.reduce((sum, [, { dims }]) => sum + sizeOf(dims), 0) / 1e6)).toBe(
      millions,
    );
    const weights = described(shapes);
    expect(recognise(weights, networkIn(weights, "a.pt"))?.name).toBe(name);
  });

  it("are found deeper in a checkpoint, and not recognised with a weight too many", () => {
    const nested = described(shapesOf("GLIDE base").map(([name, type]) => [`ema/${name}`, type]));
    expect(recognise(nested, networkIn(nested, "a.pt"))?.name).toBe("GLIDE base");
    const surplus = described([
      ...shapesOf("GLIDE base"),
      ["extra", { dtype: "float32", dims: [1] }],
    ]);
    expect(recognise(surplus, networkIn(surplus, "a.pt"))).toBeUndefined();
  });
});

describe("a checkpoint that does not fit", () => {
  const config = networkNamed("GLIDE base");

  it("is told by the first weights of each fault and their numbers", () => {
    const shapes = new Map<string, Described>(shapesOf("GLIDE base"));
    const [first, ...others] = [...shapes.keys()].filter((name) =>
      name.startsWith("input_blocks."),
    );
    for (const name of others.slice(0, 6)) shapes.delete(name);
    shapes.set(first as string, { dtype: "float32", dims: [192, 7, 3, 3] });
    shapes.set("time_embed.0.bias", { dtype: "int64", dims: [768] });
    // transposed: as many numbers, but not the same
    shapes.set("positional_embedding", { dtype: "float32", dims: [512, 128] });
    shapes.set("unknown.weight", { dtype: "float32", dims: [1] });
    const weights = described(shapes);
    const attempt = () => assertFits(weights, networkIn(weights, "a.pt"), config, "a.pt");
    expect(attempt).toThrow(CheckpointError);
    expect(attempt).toThrow(
      /6 missing: input_blocks\S+, input_blocks\S+, input_blocks\S+, input_blocks\S+ and 2 more\./,
    );
    expect(attempt).toThrow(
      "input_blocks.0.0.weight ([192, 7, 3, 3] where [192, 3, 3, 3] is needed)",
    );
    expect(attempt).toThrow("2 of another shape");
    expect(attempt).toThrow(
      "1 of a type that is no floating-point number: time_embed.0.bias (int64)",
    );
    expect(attempt).toThrow("1 not in the network: unknown.weight");
  });

  it("is refused where it holds no network, or several", () => {
    const other = described([["conv.weight", { dtype: "float32", dims: [1] }]]);
    expect(() => networkIn(other, "a.pt")).toThrow(
      "a.pt holds no network of GLIDE or guided-diffusion: among its 1 tensors",
    );
    const two = described(
      ["model/", "ema/"].map((prefix) => [
        `${prefix}time_embed.0.weight`,
        { dtype: "float32", dims: [1] },
      ]),
    );
    expect(() => networkIn(two, "a.pt")).toThrow("holds 2 networks (model/, ema/)");
  });
});
