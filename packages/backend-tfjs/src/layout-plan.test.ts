import { parseTextToImageConfig, textToImageGraph } from "@glissade/core/networks";
import { type Graph, GraphBuilder } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { type PlanStep, planLayout } from "./layout-plan.ts";

const config = parseTextToImageConfig({
  image_size: 16,
  num_channels: 64,
  num_res_blocks: 1,
  channel_mult: [1, 2],
  attention_resolutions: [8],
  num_head_channels: 32,
  text_ctx: 5,
  xf_width: 32,
  xf_layers: 1,
  xf_heads: 2,
  xf_final_ln: true,
  n_vocab: 16,
  use_scale_shift_norm: true,
  resblock_updown: true,
});
const network = textToImageGraph(config, { height: 16, width: 16 });

function countOf({ nodes }: Graph, operation: string): number {
  return nodes.filter((node) => node.operation === operation).length;
}

const transposes = (steps: readonly PlanStep[]) =>
  steps.filter(({ operation }) => operation === "transpose");

describe("a U-Net's plan", () => {
  const layers = countOf(network, "softmax");
  const convolutions = countOf(network, "conv2d");

  it("copies an image when it enters and when it leaves, attention's operands and result, and nothing else", () => {
    expect(layers).toBe(4);
    const { steps } = planLayout(network, { transposedProducts: true });
    const copied = transposes(steps);
    // text's keys and values, then queries, keys and values by heads, and the result
    expect(copied).toHaveLength(2 + 6 * layers);
    expect(copied[0]).toMatchObject({ inputs: ["x"], dims: ["batch", 16, 16, 3] });
    expect(copied.at(-1)).toMatchObject({ dims: ["batch", 6, 16, 16] });
    const areas = copied
      .slice(1, -1)
      .map(({ dims }) => dims.slice(1).reduce<number>((product, dim) => product * Number(dim), 1));
    // keys and values of the lower level: none of an image of the upper
    expect(Math.max(...areas)).toBe(128 * (8 * 8 + 5));
  });

  it("has every other operation of the graph once, and reshapes and transposes beside", () => {
    const { steps, preparation } = planLayout(network, { transposedProducts: true });
    expect(
      preparation.every(({ operation }) => operation === "transpose" || operation === "reshape"),
    ).toBe(true);
    const moves = ["reshape", "transpose"];
    const computed = steps
      .filter(({ operation }) => !moves.includes(operation))
      .map(({ operation, output }) => `${operation} ${output}`);
    expect(computed).toEqual(
      network.nodes
        .filter(({ operation }) => !moves.includes(operation))
        .map(({ operation, output }) => `${operation} ${output}`),
    );
  });

  it("turns every kernel of a convolution before the first run, and where flags are slow every matrix too", () => {
    const weights = new Set(network.parameters.map(({ value }) => value));
    const byWeight = network.nodes.filter(
      ({ operation, inputs }) => operation === "matmul" && weights.has(inputs[1] ?? ""),
    ).length;
    const [fast, plain] = [true, false].map((transposedProducts) =>
      planLayout(network, { transposedProducts }),
    );
    expect(transposes(fast?.preparation ?? [])).toHaveLength(convolutions);
    expect(transposes(plain?.preparation ?? [])).toHaveLength(convolutions + byWeight);
    for (const { inputs } of [
      ...transposes(fast?.preparation ?? []),
      ...transposes(plain?.preparation ?? []),
    ])
      expect(weights.has(inputs[0] ?? "")).toBe(true);
    const products = (plain?.steps ?? []).filter((step) => step.operation === "matmul");
    expect(products.map(({ attributes }) => attributes)).toEqual(
      products.map(() => ({ transposeA: false, transposeB: false })),
    );
    // attention's weights are turned for the product with the values
    expect(transposes(plain?.steps ?? [])).toHaveLength(2 + 7 * layers);
  });
});

describe("a plan", () => {
  it("copies a value into an order once, however many read it there", () => {
    const g = new GraphBuilder();
    const x = g.input("x", ["batch", 3, 8, 8]);
    const weight = g.parameter("w", [3, 3, 1, 1]);
    g.output("y", g.add(g.conv2d(x, weight), g.conv2d(x, weight)));
    const { steps, preparation } = planLayout(g.build(), { transposedProducts: true });
    expect(steps.map(({ operation }) => operation)).toEqual([
      "transpose",
      "conv2d",
      "conv2d",
      "add",
      "transpose",
    ]);
    expect(preparation).toHaveLength(1);
  });

  it("copies nothing where no operation needs another order, and does ahead what depends on weights alone", () => {
    const g = new GraphBuilder();
    const x = g.input("x", ["batch", 3, 8, 8]);
    const gain = g.exp(g.parameter("w", [1, 3, 1, 1]));
    g.output("y", g.mul(g.transpose(g.transpose(x, [0, 2, 3, 1]), [0, 3, 1, 2]), gain));
    const { steps, preparation } = planLayout(g.build(), { transposedProducts: true });
    expect(steps.map(({ operation }) => operation)).toEqual(["mul"]);
    expect(preparation.map(({ operation }) => operation)).toEqual(["exp"]);
  });

  it("gives outputs in the graph's own order, an input or a weight among them", () => {
    const g = new GraphBuilder();
    const x = g.input("x", ["batch", 4, 6]);
    const w = g.parameter("w", [4, 6]);
    g.output("same", x);
    g.output("turned", g.transpose(w, [1, 0]));
    const { steps, preparation, outputs } = planLayout(g.build(), { transposedProducts: true });
    expect(steps).toEqual([]);
    expect(preparation).toMatchObject([{ operation: "transpose", dims: [6, 4] }]);
    expect(outputs).toMatchObject([
      { name: "same", value: "x" },
      { name: "turned", value: preparation[0]?.output, dims: [6, 4] },
    ]);
  });
});
