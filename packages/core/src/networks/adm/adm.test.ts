import {
  GraphError,
  gradient,
  InvalidArgumentError,
  parameterCount,
  sizeOf,
} from "@glissade/graph";
import { describe, expect, it } from "vitest";
import {
  centralDifference,
  type Float64Tensor,
  fill,
  output,
  wave,
  whole,
} from "../__fixtures__/formula.ts";
import {
  admClassifierGraph,
  admClassifierGuidanceGraph,
  admClassifierLossGraph,
} from "./classifier.ts";
import {
  admClassifierDefaults,
  admDefaults,
  parseAdmClassifierConfig,
  parseAdmConfig,
} from "./config.ts";
import { admGraph } from "./unet.ts";

const published = {
  class_cond: true,
  learn_sigma: true,
  resblock_updown: true,
  attention_resolutions: "32,16,8",
  num_head_channels: 64,
  num_channels: 256,
};

const small = {
  model_channels: 32,
  num_res_blocks: 1,
  attention_resolutions: [2],
  channel_mult: [1, 2],
  num_head_channels: 16,
  out_channels: 6,
  num_classes: 4,
};
const smallClassifier = {
  ...small,
  out_channels: 5,
  num_classes: undefined,
  image_size: 4,
  use_scale_shift_norm: true,
  resblock_updown: true,
  pool: "attention",
};

const x = wave([2, 3, 4, 4]);
const timesteps = wave([2], 1);
timesteps.data.set([12, 700.5]);
const y = whole([2], [3, 1]);

describe("guided-diffusion's U-Net", () => {
  it.each([
    [{ image_size: 64, num_channels: 192, num_res_blocks: 3 }, 296],
    [{ image_size: 128, num_head_channels: -1 }, 422],
    [{ image_size: 256 }, 554],
    [{ image_size: 256, class_cond: false }, 553],
    [{ image_size: 512 }, 559],
  ])("has the published size with %o: %i million parameters", (options, millions) => {
    const config = parseAdmConfig({ ...admDefaults, ...published, ...options });
    expect(Math.round(parameterCount(admGraph(config, { height: 64, width: 64 })) / 1e6)).toBe(
      millions,
    );
  });

  it("differs from GLIDE's in its label embedding and in having no text", () => {
    const graph = admGraph(parseAdmConfig(small), { height: 4, width: 4 });
    const sizes = new Map(graph.parameters.map(({ name, dims }) => [name, sizeOf(dims)]));
    expect(sizes.get("label_emb.weight")).toBe(4 * 128);
    expect(
      [...sizes.keys()].filter((name) => /encoder_kv|transformer|token|final_ln/.test(name)),
    ).toEqual([]);
    expect([...sizes.keys()].filter((name) => name.startsWith("input_blocks.3.")).sort()).toEqual([
      "input_blocks.3.0.emb_layers.1.bias",
      "input_blocks.3.0.emb_layers.1.weight",
      "input_blocks.3.0.in_layers.0.bias",
      "input_blocks.3.0.in_layers.0.weight",
      "input_blocks.3.0.in_layers.2.bias",
      "input_blocks.3.0.in_layers.2.weight",
      "input_blocks.3.0.out_layers.0.bias",
      "input_blocks.3.0.out_layers.0.weight",
      "input_blocks.3.0.out_layers.3.bias",
      "input_blocks.3.0.out_layers.3.weight",
      "input_blocks.3.0.skip_connection.bias",
      "input_blocks.3.0.skip_connection.weight",
      "input_blocks.3.1.norm.bias",
      "input_blocks.3.1.norm.weight",
      "input_blocks.3.1.proj_out.bias",
      "input_blocks.3.1.proj_out.weight",
      "input_blocks.3.1.qkv.bias",
      "input_blocks.3.1.qkv.weight",
    ]);
    expect(
      admGraph(parseAdmConfig({ ...small, num_classes: undefined }), {
        height: 4,
        width: 4,
      }).inputs.map(({ name }) => name),
    ).toEqual(["x", "timesteps"]);
  });

  it("listens to the class, each row to its own", () => {
    const graph = admGraph(parseAdmConfig(small), { height: 4, width: 4 });
    const weights = fill(graph);
    const first = output(graph, "output", { x, timesteps, y }, weights);
    const second = output(graph, "output", { x, timesteps, y: whole([2], [3, 2]) }, weights);
    expect(first).toHaveLength(2 * 6 * 16);
    expect(second.slice(0, 96)).toEqual(first.slice(0, 96));
    expect(second.slice(96)).not.toEqual(first.slice(96));
  });

  it("computes the same in both attention orders once the weights are rearranged", () => {
    const [perHead, qkvFirst] = [false, true].map((use_new_attention_order) =>
      admGraph(parseAdmConfig({ ...small, use_new_attention_order }), { height: 4, width: 4 }),
    ) as [ReturnType<typeof admGraph>, ReturnType<typeof admGraph>];
    const weights = fill(perHead);
    const rearranged = Object.fromEntries(
      Object.entries(weights).map(([name, value]) => [
        name,
        name.includes(".qkv.") ? headsLast(value, 16) : value,
      ]),
    );
    const expected = output(perHead, "output", { x, timesteps, y }, weights);
    const actual = output(qkvFirst, "output", { x, timesteps, y }, rearranged);
    for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 10);
    expect(
      Math.abs(
        (output(qkvFirst, "output", { x, timesteps, y }, weights)[0] ?? 0) - (expected[0] ?? 0),
      ),
    ).toBeGreaterThan(1e-6);
  });

  it("refuses sides that cannot be halved", () => {
    expect(() => admGraph(parseAdmConfig(small), { height: 4, width: 5 })).toThrow(GraphError);
  });
});

/** Rows ordered head by head, q, k, v within each, into all q, all k, all v. */
function headsLast(value: Float64Tensor, headChannels: number): Float64Tensor {
  const rows = value.dims[0] ?? 0;
  const width = value.data.length / rows;
  const heads = rows / (3 * headChannels);
  const order = [0, 1, 2].flatMap((part) =>
    Array.from(
      { length: heads * headChannels },
      (_, i) => (Math.floor(i / headChannels) * 3 + part) * headChannels + (i % headChannels),
    ),
  );
  return {
    ...value,
    data: Float64Array.from(
      order.flatMap((row) => [...value.data.subarray(row * width, (row + 1) * width)]),
    ),
  };
}

describe("guided-diffusion's noised classifier", () => {
  it.each([
    [{ image_size: 64, classifier_depth: 4 }, 65],
    [{ image_size: 128 }, 43],
    [{ image_size: 256 }, 54],
    [{ image_size: 512 }, 54],
  ])("has the published size with %o: %i million parameters", (options, millions) => {
    const graph = admClassifierGraph(
      parseAdmClassifierConfig({ ...admClassifierDefaults, ...options }),
    );
    expect(Math.round(parameterCount(graph) / 1e6)).toBe(millions);
  });

  it.each(["attention", "adaptive"])(
    "guides along the derivative of log p(y | x), with %s pooling",
    (pool) => {
      const config = parseAdmClassifierConfig({ ...smallClassifier, pool });
      const graph = admClassifierGuidanceGraph(config);
      const weights = fill(graph);
      const scale: Float64Tensor = { dtype: "float64", dims: [2], data: Float64Array.of(2, 10) };
      const inputs = { timesteps, y, scale };
      const derivative = output(graph, "grad.x", { ...inputs, x }, weights);
      for (const i of [0, 31, 60, 95]) {
        const row = i < 48 ? 0 : 1;
        const difference = centralDifference(
          x,
          i,
          (shifted) =>
            output(graph, "log_probability", { ...inputs, x: shifted }, weights)[row] ?? Number.NaN,
        );
        expect(derivative[i]).toBeCloseTo((scale.data[row] ?? 0) * difference, 6);
      }
      const probabilities = output(
        admClassifierGraph(config),
        "log_probs",
        { x, timesteps },
        weights,
      );
      expect(probabilities).toHaveLength(10);
      expect(output(graph, "log_probability", { ...inputs, x }, weights)[0]).toBeCloseTo(
        probabilities[3] ?? 0,
        12,
      );
    },
  );

  it("learns by a loss whose derivative agrees with central differences", () => {
    const graph = admClassifierLossGraph(parseAdmClassifierConfig(smallClassifier), { batch: 2 });
    const weights = fill(graph);
    for (const name of [
      "out.2.positional_embedding",
      "input_blocks.0.0.weight",
      "out.2.c_proj.bias",
    ]) {
      const derivative = output(
        gradient(graph, { of: "loss", withRespectTo: [name] }),
        `grad.${name}`,
        { x, timesteps, y },
        weights,
      );
      const loss = (shifted: Float64Tensor) =>
        output(graph, "loss", { x, timesteps, y }, { ...weights, [name]: shifted })[0] ??
        Number.NaN;
      for (const i of [1, 3])
        expect(derivative[i]).toBeCloseTo(
          centralDifference(weights[name] as Float64Tensor, i, loss),
          7,
        );
    }
  });

  it("asks for the size that its config leaves out", () => {
    const config = parseAdmClassifierConfig({ ...smallClassifier, image_size: undefined });
    expect(() => admClassifierGraph(config)).toThrow(/size of the images/);
    expect(admClassifierGraph(config, { size: 8 }).inputs[0]?.dims).toEqual(["batch", 3, 8, 8]);
  });
});

describe("parseAdmConfig and parseAdmClassifierConfig", () => {
  it("read pixels and the image size's multipliers from options, factors from a network's own arguments", () => {
    const options = parseAdmConfig({
      ...admDefaults,
      image_size: 512,
      num_channels: 256,
      attention_resolutions: "32,16,8",
    });
    expect(options).toMatchObject({
      attentionResolutions: [16, 32, 64],
      channelMultipliers: [0.5, 1, 1, 2, 2, 4, 4],
      outChannels: 3,
      classes: undefined,
    });
    expect(parseAdmConfig(small)).toMatchObject({
      attentionResolutions: [2],
      channelMultipliers: [1, 2],
      outChannels: 6,
      classes: 4,
    });
    expect(parseAdmClassifierConfig(admClassifierDefaults)).toMatchObject({
      classes: 1000,
      headChannels: 64,
      attentionResolutions: [2, 4, 8],
      pool: "attention",
    });
  });

  it.each([
    [{ ...admDefaults, num_res_blocks: 0 }, "config.num_res_blocks"],
    [{ ...admDefaults, num_channels: 40 }, "config.num_channels"],
    [{ ...admDefaults, image_size: 48 }, "config.channel_mult"],
    [{ ...small, num_head_channels: 24 }, "config.num_head_channels"],
    [{ ...small, num_head_channels: -1, num_heads: 3 }, "config.num_heads"],
    [{ ...small, use_new_attention_order: 1 }, "config.use_new_attention_order"],
    ["adm", "config"],
  ])("name the field that is wrong", (json, argument) => {
    expect(argumentRefused(() => parseAdmConfig(json))).toBe(argument);
  });

  it("name the classifier's fields as its own options do", () => {
    expect(
      argumentRefused(() =>
        parseAdmClassifierConfig({ ...admClassifierDefaults, classifier_width: 20 }),
      ),
    ).toBe("config.classifier_width");
    expect(
      argumentRefused(() =>
        parseAdmClassifierConfig({ ...admClassifierDefaults, classifier_pool: "spatial" }),
      ),
    ).toBe("config.classifier_pool");
    expect(
      argumentRefused(() =>
        parseAdmClassifierConfig({ ...smallClassifier, out_channels: undefined }),
      ),
    ).toBe("config.out_channels");
  });
});

function argumentRefused(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    if (InvalidArgumentError.isInstance(error)) return error.argument;
    throw error;
  }
  return undefined;
}
