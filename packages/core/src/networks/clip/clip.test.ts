import type { Graph } from "@glissade/graph";
import { gradient, InvalidArgumentError, parameterCount, sizeOf } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { centralDifference, fill, output, wave, whole } from "../__fixtures__/formula.ts";
import { glideClip, parseClipConfig } from "./config.ts";
import {
  clipContrastiveGraph,
  clipGuidanceGraph,
  clipImageGraph,
  clipTextGraph,
} from "./graphs.ts";

const tiny = {
  image_size: 8,
  patch_size: 4,
  n_vocab: 16,
  max_text_len: 6,
  n_embd: 5,
  n_timesteps: 20,
  n_head_text: 2,
  n_head_state_text: 4,
  n_xf_blocks_text: 1,
  n_head_image: 3,
  n_head_state_image: 4,
  n_xf_blocks_image: 1,
};
const config = parseClipConfig(tiny);

const x = wave([2, 3, 8, 8]);
const timesteps = whole([2], [3, 17]);
const tokens = [14, 3, 4, 15, 0, 0, 14, 9, 15, 0, 0, 0];
const rows = { tokens: whole([2, 6], tokens), lengths: whole([2], [4, 3]) };

/** Every parameter with its number of elements: `w_q 16` whatever view the graph takes. */
function sizes(graph: Graph): string[] {
  return [...new Set(graph.parameters.map(({ name, dims }) => `${name} ${sizeOf(dims)}`))].sort();
}

/** The state dict of one block of the reference, width w. */
function blockSizes(w: number): string[] {
  const parts = {
    "f_attn.ln.g": w,
    "f_attn.ln.b": w,
    "f_attn.f_q.w": w * w,
    "f_attn.f_q.b": w,
    "f_attn.f_k.w": w * w,
    "f_attn.f_v.w": w * w,
    "f_attn.f_v.b": w,
  };
  const rest = {
    "f_attn.f_c.w": w * w,
    "f_attn.f_c.b": w,
    "f_mlp.ln.g": w,
    "f_mlp.ln.b": w,
    "f_mlp.f_1.w": 4 * w * w,
    "f_mlp.f_1.b": 4 * w,
  };
  return Object.entries({ ...parts, ...rest, "f_mlp.f_2.w": 4 * w * w, "f_mlp.f_2.b": w }).map(
    ([name, size]) => `blocks.block_0.${name} ${size}`,
  );
}

describe("GLIDE's noised CLIP", () => {
  it("has the published model's parameters", () => {
    const published = parseClipConfig(glideClip);
    expect(parameterCount(clipImageGraph(published))).toBe(86_443_776);
    expect(parameterCount(clipTextGraph(published))).toBe(71_679_488);
  });

  it("names its parameters as the reference's state dicts do", () => {
    const output = (w: number) => [
      `blocks.output.f.w ${5 * w}`,
      `blocks.output.ln.b ${w}`,
      `blocks.output.ln.g ${w}`,
    ];
    const image = [
      "blocks.input.ln.b 12",
      "blocks.input.ln.g 12",
      `blocks.input.patch_proj ${12 * 48}`,
      "blocks.input.w_pos 60",
      "blocks.input.w_t 240",
    ];
    expect(sizes(clipImageGraph(config))).toEqual(
      [...image, ...blockSizes(12), ...output(12)].sort(),
    );
    expect(sizes(clipTextGraph(config))).toEqual(
      ["blocks.input.w_pos 48", "blocks.input.w_voc 128", ...blockSizes(8), ...output(8)].sort(),
    );
    const both = sizes(clipContrastiveGraph(config, { batch: 2, learnLogitScale: true }));
    expect(both).toContain("image_encoder.blocks.output.ln.g 12");
    expect(both).toContain("text_encoder.blocks.output.ln.g 8");
    expect(both).toContain("logit_scale 1");
  });

  it("reads a text up to its end token and no further", () => {
    const graph = clipTextGraph(config);
    const weights = fill(graph);
    const embedding = (changed: readonly number[]) => [
      ...output(graph, "raw", { ...rows, tokens: whole([2, 6], changed) }, weights),
    ];
    const replaced = (index: number, token: number) =>
      tokens.map((old, i) => (i === index ? token : old));
    expect(embedding(replaced(4, 7))).toEqual(embedding(tokens));
    expect(embedding(replaced(2, 7)).slice(0, 5)).not.toEqual(embedding(tokens).slice(0, 5));
    expect(embedding(replaced(2, 7)).slice(5)).toEqual(embedding(tokens).slice(5));
  });

  it("gives embeddings of length 1, which depend on the timestep", () => {
    const graph = clipImageGraph(config);
    const weights = fill(graph);
    const normalized = output(graph, "normalized", { x, timesteps }, weights);
    for (const row of [0, 1])
      expect(Math.hypot(...normalized.slice(5 * row, 5 * row + 5))).toBeCloseTo(1, 10);
    const later = output(graph, "normalized", { x, timesteps: whole([2], [4, 17]) }, weights);
    expect(later.slice(0, 5)).not.toEqual(normalized.slice(0, 5));
    expect(later.slice(5)).toEqual(normalized.slice(5));
  });

  it("sees clean images where it has no timesteps", () => {
    const graph = clipImageGraph(parseClipConfig({ ...tiny, n_timesteps: 0 }));
    expect(graph.inputs.map(({ name }) => name)).toEqual(["x"]);
    expect(sizes(graph)).toContain("blocks.input.pred_state 12");
    expect(output(graph, "raw", { x }, fill(graph))).toHaveLength(10);
  });

  it("takes every pixel's channel from [-1, 1] to its deviations from CLIP's mean", () => {
    const graph = clipImageGraph(parseClipConfig({ ...tiny, n_timesteps: 0 }));
    const weights = fill(graph);
    const means = [122.77093945, 116.74601272, 104.09373519];
    const mean = {
      dtype: "float64" as const,
      dims: [1, 3, 8, 8],
      data: Float64Array.from(
        { length: 192 },
        (_, i) => (means[Math.floor(i / 64)] ?? 0) / 127.5 - 1,
      ),
    };
    const changed = { ...weights, "blocks.input.patch_proj": { ...wave([12, 3, 4, 4], 9) } };
    const [a, b] = [weights, changed].map((given) => [
      ...output(graph, "raw", { x: mean }, given),
    ]) as [number[], number[]];
    // the mean colour is 0: no weight of the patches matters
    for (const [i, value] of a.entries()) expect(b[i]).toBeCloseTo(value, 4);
  });
});

describe("CLIP guidance", () => {
  it("gives the derivative of the scaled cosine with respect to the image, times each row's scale", () => {
    const graph = clipGuidanceGraph(config);
    const weights = fill(graph);
    const inputs = {
      timesteps,
      text: wave([2, 5], 2),
      scale: { dtype: "float64" as const, dims: [2], data: Float64Array.of(3, 0.5) },
    };
    const derivative = output(graph, "grad.x", { ...inputs, x }, weights);
    for (const i of [0, 77, 130, 200, 383]) {
      const row = i < 192 ? 0 : 1;
      const difference = centralDifference(
        x,
        i,
        (shifted) =>
          output(graph, "similarity", { ...inputs, x: shifted }, weights)[row] ?? Number.NaN,
      );
      expect(derivative[i]).toBeCloseTo((inputs.scale.data[row] ?? 0) * difference, 7);
      expect(Math.abs(difference)).toBeGreaterThan(1e-4);
    }
  });
});

describe("CLIP's contrastive loss", () => {
  const graph = clipContrastiveGraph(config, { batch: 2, learnLogitScale: true });
  const weights: Record<string, ReturnType<typeof wave>> = {
    ...fill(graph),
    logit_scale: { dtype: "float64", dims: [], data: Float64Array.of(Math.log(4)) },
  };
  const inputs = { x, timesteps, ...rows };

  it("is the mean cross entropy of the batch's rows and columns", () => {
    const [image, text] = ["image", "text"].map((name) => output(graph, name, inputs, weights)) as [
      Float64Array,
      Float64Array,
    ];
    const logit = (i: number, j: number) =>
      4 *
      image
        .slice(5 * i, 5 * i + 5)
        .reduce((sum, value, k) => sum + value * (text[5 * j + k] ?? 0), 0);
    const surprise = (right: number, wrong: number) => Math.log1p(Math.exp(wrong - right));
    const [aa, ab, ba, bb] = [logit(0, 0), logit(0, 1), logit(1, 0), logit(1, 1)];
    const expected =
      (surprise(aa, ab) + surprise(bb, ba) + surprise(aa, ba) + surprise(bb, ab)) / 4;
    expect(output(graph, "loss", inputs, weights)[0]).toBeCloseTo(expected, 10);
  });

  it.each([
    "logit_scale",
    "image_encoder.blocks.input.patch_proj",
    "image_encoder.blocks.input.w_t",
    "text_encoder.blocks.input.w_voc",
    "text_encoder.blocks.block_0.f_attn.f_k.w",
  ])("has the derivative that central differences give for %s", (name) => {
    const derivative = output(
      gradient(graph, { of: "loss", withRespectTo: [name] }),
      `grad.${name}`,
      inputs,
      weights,
    );
    const values = weights[name] as ReturnType<typeof wave>;
    const largest = derivative.reduce(
      (best, value, i) => (Math.abs(value) > Math.abs(derivative[best] ?? 0) ? i : best),
      0,
    );
    for (const i of new Set([0, largest])) {
      const difference = centralDifference(
        values,
        i,
        (shifted) =>
          output(graph, "loss", inputs, { ...weights, [name]: shifted })[0] ?? Number.NaN,
      );
      expect(derivative[i]).toBeCloseTo(difference, 7);
    }
    expect(Math.abs(derivative[largest] ?? 0)).toBeGreaterThan(1e-5);
  });
});

describe("parseClipConfig", () => {
  it.each([
    [{ ...tiny, n_embd: 0 }, "config.n_embd"],
    [{ ...tiny, patch_size: 3 }, "config.patch_size"],
    [{ ...tiny, logit_scale: -1 }, "config.logit_scale"],
    [{ ...tiny, n_head_image: "3" }, "config.n_head_image"],
    [[], "config"],
  ])("names the field that is wrong", (json, argument) => {
    try {
      parseClipConfig(json);
      expect.unreachable();
    } catch (error) {
      expect(InvalidArgumentError.isInstance(error) && error.argument).toBe(argument);
    }
  });
});
