import { describe, expect, it } from "vitest";
import { InvalidArgumentError } from "../errors.ts";
import type { Graph } from "../graph/graph.ts";
import { evaluateGraph, GraphError, gradient } from "../graph/index.ts";
import { type AnyTensor, sizeOf, tensor, typedTensor } from "../tensor.ts";
import { glideBase, glideUpsampler, parseTextToImageConfig } from "./text-to-image-config.ts";
import { textGraph, textToImageGraph } from "./text-to-image-unet.ts";

/** Elements of all parameters of the text half and the image half together. */
function parameters(...graphs: Graph[]): number {
  const sizes = new Map(graphs.flatMap((graph) => graph.parameters.map(({ name, dims }) => [name, sizeOf(dims)] as const)));
  return [...sizes.values()].reduce((total, size) => total + size, 0);
}

const small = {
  model_channels: 32,
  num_res_blocks: 1,
  attention_resolutions: [2],
  channel_mult: [1, 2],
  num_head_channels: 16,
  text_ctx: 4,
  xf_width: 32,
  xf_layers: 1,
  xf_heads: 2,
  xf_final_ln: true,
  xf_padding: true,
  n_vocab: 16,
};

/** Weights from a formula: any network can be filled. */
function fill(graphs: readonly Graph[]): Record<string, AnyTensor> {
  const weights: Record<string, AnyTensor> = {};
  for (const { name, dims } of graphs.flatMap((graph) => graph.parameters)) {
    const scale = 1 / Math.sqrt(sizeOf(dims.slice(1)));
    weights[name] ??= tensor(
      dims,
      Float32Array.from({ length: sizeOf(dims) }, (_, i) => scale * Math.sin((i + 1) * 1.7 + name.length)),
    );
  }
  return weights;
}

function wave(dims: readonly number[], phase = 0): AnyTensor {
  return tensor(
    dims,
    Float32Array.from({ length: sizeOf(dims) }, (_, i) => Math.cos(i * 0.37 + phase)),
  );
}

describe("GLIDE's networks", () => {
  it("have the published models' parameter counts", () => {
    const base = parseTextToImageConfig(glideBase);
    const square = { height: 64, width: 64 };
    expect(parameters(textGraph(base), textToImageGraph(base, square))).toBe(385_030_726);
    const inpaint = parseTextToImageConfig({ ...glideBase, inpaint: true });
    expect(parameters(textGraph(inpaint), textToImageGraph(inpaint, square))).toBe(385_037_638);
    const large = { height: 256, width: 256, lowRes: square };
    const upsampler = parseTextToImageConfig(glideUpsampler);
    expect(parameters(textGraph(upsampler), textToImageGraph(upsampler, large))).toBe(398_361_286);
    const inpaintUpsampler = parseTextToImageConfig({ ...glideUpsampler, inpaint: true });
    expect(parameters(textGraph(inpaintUpsampler), textToImageGraph(inpaintUpsampler, large))).toBe(398_368_198);
  });

  it.each([true, false])(
    "take any picture whose sides halve, give twice the channels, and have a gradient for the picture (residual resampling %s)",
    (resblock_updown) => {
      const config = parseTextToImageConfig({ ...small, resblock_updown, use_scale_shift_norm: resblock_updown });
      const text = textGraph(config);
      const image = textToImageGraph(config, { height: 4, width: 6 });
      const weights = fill([text, image]);
      const textResult = evaluateGraph(
        text,
        { tokens: typedTensor("int64", [1, 4], BigInt64Array.of(1n, 2n, 15n, 15n)), mask: typedTensor("bool", [1, 4], Uint8Array.of(1, 1, 0, 0)) },
        weights,
      );
      const textInputs = Object.fromEntries(Object.entries(textResult).map(([name, { dims, data }]) => [name, { dtype: "float64" as const, dims, data }]));
      const inputs = { x: wave([1, 3, 4, 6]), timesteps: tensor([1], [37.5]), ...textInputs };
      const { output } = evaluateGraph(image, inputs, weights);
      expect(output?.dims).toEqual([1, 6, 4, 6]);
      expect(new Set(output?.data).size).toBeGreaterThan(100);

      const derivative = gradient(image, { of: "output", withRespectTo: ["x"], cotangent: "dy" });
      const dy = wave([1, 6, 4, 6], 1);
      const dx = evaluateGraph(derivative, { ...inputs, dy }, weights)["grad.x"];
      const objective = (shift: number) => {
        const x = {
          dtype: "float64" as const,
          dims: [1, 3, 4, 6],
          data: Float64Array.from(inputs.x.data as Float32Array, (value, i) => value + (i === 30 ? shift : 0)),
        };
        return (evaluateGraph(image, { ...inputs, x }, weights).output?.data ?? new Float64Array()).reduce(
          (sum, value, i) => sum + value * ((dy.data as Float32Array)[i] as number),
          0,
        );
      };
      expect(dx?.data[30]).toBeCloseTo((objective(1e-4) - objective(-1e-4)) / 2e-4, 5);
    },
  );

  it("refuse sizes that do not halve and a missing low-resolution size", () => {
    const config = parseTextToImageConfig(small);
    expect(() => textToImageGraph(config, { height: 5, width: 4 })).toThrow(GraphError);
    expect(() => textToImageGraph(parseTextToImageConfig({ ...small, super_res: true }), { height: 4, width: 4 })).toThrow(/low-resolution/);
  });
});

describe("parseTextToImageConfig", () => {
  it("reads attention resolutions in pixels with an image size, as factors without", () => {
    expect(parseTextToImageConfig({ ...small, image_size: 32, attention_resolutions: "16,8" }).attentionResolutions).toEqual([2, 4]);
    expect(parseTextToImageConfig(small).attentionResolutions).toEqual([2]);
    expect(parseTextToImageConfig({ ...glideBase, channel_mult: "" }).channelMultipliers).toEqual([1, 2, 3, 4]);
  });

  it.each([
    [{ ...small, num_res_blocks: 0 }, "config.num_res_blocks"],
    [{ ...small, num_res_blocks: "2" }, "config.num_res_blocks"],
    [{ ...small, model_channels: 33 }, "config.num_channels"],
    [{ ...small, num_head_channels: 24 }, "config.num_head_channels"],
    [{ ...small, xf_heads: 5 }, "config.xf_heads"],
    [{ ...small, inpaint: "yes" }, "config.inpaint"],
    [{ ...small, channel_mult: [] }, "config.channel_mult"],
    ["text", "config"],
  ])("names the field that is wrong", (json, argument) => {
    try {
      parseTextToImageConfig(json);
      expect.unreachable();
    } catch (error) {
      expect(InvalidArgumentError.isInstance(error) && error.argument).toBe(argument);
    }
  });
});
