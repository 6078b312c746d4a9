import type { Graph } from "@glissade/graph";
import {
  type AnyTensor,
  evaluateGraph,
  GraphError,
  gradient,
  InvalidArgumentError,
  sizeOf,
  tensor,
  typedTensor,
} from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { glideBase, glideUpsampler, parseTextToImageConfig } from "./config.ts";
import { textGraph, textToImageGraph, wholeGraph } from "./network.ts";

/** Elements of all parameters of the text half and the image half together. */
function parameters(...graphs: Graph[]): number {
  const sizes = new Map(
    graphs.flatMap((graph) =>
      graph.parameters.map(({ name, dims }) => [name, sizeOf(dims)] as const),
    ),
  );
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
      Float32Array.from(
        { length: sizeOf(dims) },
        (_, i) => scale * Math.sin((i + 1) * 1.7 + name.length),
      ),
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
    expect(parameters(textGraph(inpaintUpsampler), textToImageGraph(inpaintUpsampler, large))).toBe(
      398_368_198,
    );
  });

  it.each([true, false])(
    "take any image whose sides halve, give twice the channels, and have a gradient for the image (residual resampling %s)",
    (resblock_updown) => {
      const config = parseTextToImageConfig({
        ...small,
        resblock_updown,
        use_scale_shift_norm: resblock_updown,
      });
      const text = textGraph(config);
      const image = textToImageGraph(config, { height: 4, width: 6 });
      const weights = fill([text, image]);
      const textResult = evaluateGraph(
        text,
        {
          tokens: typedTensor("int64", [1, 4], BigInt64Array.of(1n, 2n, 15n, 15n)),
          mask: typedTensor("bool", [1, 4], Uint8Array.of(1, 1, 0, 0)),
        },
        weights,
      );
      const textInputs = Object.fromEntries(
        Object.entries(textResult).map(([name, { dims, data }]) => [
          name,
          { dtype: "float64" as const, dims, data },
        ]),
      );
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
          data: Float64Array.from(
            inputs.x.data as Float32Array,
            (value, i) => value + (i === 30 ? shift : 0),
          ),
        };
        return (
          evaluateGraph(image, { ...inputs, x }, weights).output?.data ?? new Float64Array()
        ).reduce((sum, value, i) => sum + value * ((dy.data as Float32Array)[i] as number), 0);
      };
      expect(dx?.data[30]).toBeCloseTo((objective(1e-4) - objective(-1e-4)) / 2e-4, 5);
    },
  );

  it.each([
    {},
    { inpaint: true },
    { super_res: true },
    { patch_size: 2 },
    { patch_size: 2, inpaint: true, super_res: true },
  ])("give the same in one graph as in two halves (%j)", (variant) => {
    const config = parseTextToImageConfig({ ...small, ...variant });
    const size = {
      height: 4,
      width: 4,
      ...(config.superResolution && { lowRes: { height: 2, width: 2 } }),
    };
    const [text, image, whole] = [
      textGraph(config),
      textToImageGraph(config, size),
      wholeGraph(config, size),
    ];
    const weights = fill([text, image]);
    const prompt = {
      tokens: typedTensor("int64", [2, 4], BigInt64Array.of(1n, 2n, 15n, 15n, 3n, 4n, 5n, 6n)),
      mask: typedTensor("bool", [2, 4], Uint8Array.of(1, 1, 0, 0, 1, 1, 1, 1)),
    };
    const images = {
      x: wave([2, 3, 4, 4]),
      timesteps: tensor([2], [3, 900]),
      ...(config.inpainting && {
        inpaint_image: wave([2, 3, 4, 4], 2),
        inpaint_mask: tensor(
          [2, 1, 4, 4],
          Float32Array.from({ length: 32 }, (_, i) => i % 2),
        ),
      }),
      ...(config.superResolution && { low_res: wave([2, 3, 2, 2], 3) }),
    };
    const half = Object.fromEntries(
      Object.entries(evaluateGraph(text, prompt, weights)).map(([name, value]) => [
        name,
        { dtype: "float64" as const, ...value },
      ]),
    );
    expect(evaluateGraph(whole, { ...prompt, ...images }, weights).output).toEqual(
      evaluateGraph(image, { ...images, ...half }, weights).output,
    );
    expect(parameters(whole)).toBe(parameters(text, image));
  });

  it("see squares of pixels as one position where they have a patch size, and give every pixel back", () => {
    const config = parseTextToImageConfig({ ...small, patch_size: 2, inpaint: true });
    const whole = wholeGraph(config, { height: 8, width: 4 });
    const dims = new Map(whole.parameters.map((parameter) => [parameter.name, parameter.dims]));
    expect(dims.get("input_blocks.0.0.weight")).toEqual([32, (3 + 3 + 1) * 4, 3, 3]);
    expect(dims.get("out.2.weight")).toEqual([6 * 4, 32, 3, 3]);
    expect(whole.types.get(whole.outputs[0]?.value ?? "")?.dims).toEqual(["batch", 6, 8, 4]);
    expect(() => wholeGraph(config, { height: 6, width: 4 })).toThrow(
      "reads its images in patches of 2 x 2 pixels and halves its images 1 times: 6 x 4 must be multiples of 4",
    );
  });

  it("is one graph without text too", () => {
    const config = parseTextToImageConfig({ ...small, xf_width: 0 });
    const whole = wholeGraph(config, { height: 4, width: 4 });
    expect(whole.inputs.map(({ name }) => name)).toEqual(["x", "timesteps"]);
    expect(parameters(whole)).toBe(parameters(textToImageGraph(config, { height: 4, width: 4 })));
  });

  it("refuse sizes that do not halve and a missing low-resolution size", () => {
    const config = parseTextToImageConfig(small);
    expect(() => textToImageGraph(config, { height: 5, width: 4 })).toThrow(GraphError);
    expect(() =>
      textToImageGraph(parseTextToImageConfig({ ...small, super_res: true }), {
        height: 4,
        width: 4,
      }),
    ).toThrow(/low-resolution/);
  });
});

describe("parseTextToImageConfig", () => {
  it("reads attention resolutions in pixels with an image size, as factors without", () => {
    expect(
      parseTextToImageConfig({ ...small, image_size: 32, attention_resolutions: "16,8" })
        .attentionResolutions,
    ).toEqual([2, 4]);
    expect(parseTextToImageConfig(small).attentionResolutions).toEqual([2]);
    expect(
      parseTextToImageConfig({
        ...small,
        image_size: 32,
        patch_size: 2,
        attention_resolutions: "16,8",
      }).attentionResolutions,
    ).toEqual([1, 2]);
    expect(parseTextToImageConfig({ ...glideBase, channel_mult: "" }).channelMultipliers).toEqual([
      1, 2, 3, 4,
    ]);
  });

  it("reads a patch size, 1 where there is none", () => {
    expect(parseTextToImageConfig(small).patchSize).toBe(1);
    expect(parseTextToImageConfig({ ...small, patch_size: 4 }).patchSize).toBe(4);
  });

  it.each([
    [{ ...small, num_res_blocks: 0 }, "config.num_res_blocks"],
    [{ ...small, num_res_blocks: "2" }, "config.num_res_blocks"],
    [{ ...small, model_channels: 33 }, "config.num_channels"],
    [{ ...small, num_head_channels: 24 }, "config.num_head_channels"],
    [{ ...small, xf_heads: 5 }, "config.xf_heads"],
    [{ ...small, inpaint: "yes" }, "config.inpaint"],
    [{ ...small, patch_size: 0 }, "config.patch_size"],
    [{ ...small, patch_size: 1.5 }, "config.patch_size"],
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
