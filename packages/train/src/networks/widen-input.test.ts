import type { Tensor } from "@glissade/core";
import { parseTextToImageConfig, wholeGraph } from "@glissade/core/networks";
import { philoxGenerator } from "@glissade/core/random";
import { evaluateGraph, type Graph, tensor, typedTensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { inputWeight, widenInput } from "./widen-input.ts";

const network = {
  image_size: 4,
  patch_size: 2,
  num_channels: 32,
  num_res_blocks: 1,
  channel_mult: [1],
  attention_resolutions: [2],
  num_head_channels: 16,
  text_ctx: 3,
  xf_width: 16,
  xf_layers: 1,
  xf_heads: 2,
  n_vocab: 5,
  xf_padding: true,
  xf_final_ln: true,
};

/** Random weights by the graph's parameters. */
function weightsOf({ parameters }: Graph): Record<string, Tensor> {
  const random = philoxGenerator(3);
  return Object.fromEntries(
    parameters.map(({ name, dims }) => [
      name,
      tensor(
        dims,
        random.randn(dims).data.map((value) => 0.2 * value),
      ),
    ]),
  );
}

function inputs(conditions: Record<string, Tensor> = {}) {
  const random = philoxGenerator(4);
  return {
    x: random.randn([2, 3, 4, 4]),
    timesteps: tensor([2], [10, 700]),
    tokens: typedTensor("int64", [2, 3], BigInt64Array.of(1n, 2n, 4n, 3n, 4n, 4n)),
    mask: typedTensor("bool", [2, 3], Uint8Array.of(1, 1, 0, 1, 0, 0)),
    ...conditions,
  };
}

describe.each([
  { superResolution: false, patchSize: 2 },
  { superResolution: false, patchSize: 1 },
  { superResolution: true, patchSize: 2 },
])(
  "a widened network (super-resolution $superResolution, patches of $patchSize)",
  ({ superResolution, patchSize }) => {
    const json = {
      ...network,
      patch_size: patchSize,
      attention_resolutions: [4 / patchSize],
      super_res: superResolution,
    };
    const size = {
      height: 4,
      width: 4,
      ...(superResolution && { lowRes: { height: 2, width: 2 } }),
    };
    const before = wholeGraph(parseTextToImageConfig(json), size);
    const after = wholeGraph(parseTextToImageConfig({ ...json, inpaint: true }), size);
    const weights = weightsOf(before);
    const widened = {
      ...weights,
      [inputWeight]: widenInput(weights[inputWeight] as Tensor, parseTextToImageConfig(json)),
    };
    const low: Record<string, Tensor> = superResolution
      ? { low_res: philoxGenerator(9).randn([2, 3, 2, 2]) }
      : {};
    const image = philoxGenerator(5).randn([2, 3, 4, 4]);

    it.each([0, 1])(
      "predicts exactly what it did before, with the mask all %i and an image behind it",
      (known) => {
        const mask = tensor([2, 1, 4, 4], new Float32Array(32).fill(known));
        const expected = evaluateGraph(before, inputs(low), weights);
        const output = evaluateGraph(
          after,
          inputs({ ...low, inpaint_image: image, inpaint_mask: mask }),
          widened,
        );
        expect(output.output?.data).toEqual(expected.output?.data);
      },
    );

    it("sees the new channels once their weights move", () => {
      const mask = tensor([2, 1, 4, 4], new Float32Array(32).fill(1));
      const moved = widened[inputWeight] as Tensor;
      const positions = patchSize ** 2;
      moved.data[3 * positions * 9] = 1; // the first weight of the known image's red
      const run = (red: number) => {
        const shown = tensor(
          image.dims,
          image.data.map((value, i) => (i < 16 ? red : value)),
        );
        return evaluateGraph(
          after,
          inputs({ ...low, inpaint_image: shown, inpaint_mask: mask }),
          widened,
        ).output?.data;
      };
      expect(run(0)).not.toEqual(run(1));
    });
  },
);

it("refuses a weight of another network, and one that is wide already", () => {
  const config = parseTextToImageConfig(network);
  expect(() => widenInput(tensor([32, 3, 3, 3]), config)).toThrow("12 input channels");
  expect(() => widenInput(tensor([32, 28, 3, 3]), { ...config, inpainting: true })).toThrow(
    "does not inpaint yet",
  );
});
