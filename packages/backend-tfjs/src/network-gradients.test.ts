import { onnx } from "@glissade/backend-onnx";
import { betaSchedule, gaussianDiffusion, qSample } from "@glissade/core/diffusion";
import {
  clipContrastiveGraph,
  parseClipConfig,
  parseTextToImageConfig,
  textToImageNetwork,
  wholeGraph,
} from "@glissade/core/networks";
import { torchGenerator } from "@glissade/core/random";
import {
  type AnyTensor,
  type Graph,
  GraphBuilder,
  sizeOf,
  tensor,
  typedTensor,
} from "@glissade/graph";
import { afterAll, describe, expect, it } from "vitest";
import "@tensorflow/tfjs"; // registers the derivatives of TensorFlow.js's own operations
import { diffusionLoss, lossCoefficientNames, lossCoefficients, objective } from "@glissade/train";
import { startedProviders } from "./__fixtures__/started-providers.ts";
import {
  differentiableNames,
  expectSameGradients,
  threeGradients,
} from "./__fixtures__/three-gradients.ts";
import { tfjs } from "./tfjs-backend.ts";

const started = await startedProviders(["node", "cpu"]);
const chosen = started.find(({ opened }) => opened);
if (!chosen) throw new Error("TensorFlow.js starts on no backend here, not even on cpu.");
// TensorFlow.js's own ResizeNearestNeighborGrad is wrong on its cpu backend for batches of more
// than one (4.22).
const batch = chosen.provider === "cpu" ? 1 : 2;
// plain JavaScript takes a minute for the larger one
const side = chosen.provider === "cpu" ? 4 : 8;

/**
 * Two levels, of which the lower has attention; two channels a group of its normalisations, so that
 * no bias before one is without effect.
 */
const unetConfig = (residualResampling: boolean) =>
  parseTextToImageConfig({
    image_size: side,
    num_channels: 64,
    num_res_blocks: 1,
    channel_mult: [1, 2],
    attention_resolutions: [side / 2],
    num_head_channels: 32,
    text_ctx: 5,
    xf_width: 32,
    xf_layers: 1,
    xf_heads: 2,
    xf_final_ln: true,
    xf_padding: true,
    n_vocab: 16,
    use_scale_shift_norm: residualResampling,
    resblock_updown: residualResampling,
  });

const clipConfig = parseClipConfig({
  image_size: 8,
  patch_size: 4,
  n_timesteps: 1000,
  n_vocab: 20,
  max_text_len: 6,
  n_embd: 16,
  n_head_state_text: 8,
  n_head_text: 2,
  n_xf_blocks_text: 2,
  n_head_state_image: 8,
  n_head_image: 2,
  n_xf_blocks_image: 2,
  logit_scale: 20,
});

const random = torchGenerator(4);
const int64 = (dims: readonly number[], values: readonly number[]) =>
  typedTensor("int64", dims, BigInt64Array.from(values, BigInt));

function randomWeights({ parameters }: Graph): Record<string, AnyTensor> {
  const scaled = (dims: readonly number[]) =>
    random
      .randn(dims)
      .data.map((value) =>
        dims.length > 1 ? value / Math.sqrt(sizeOf(dims.slice(1))) : 0.5 + 0.3 * value,
      );
  return Object.fromEntries(parameters.map(({ name, dims }) => [name, tensor(dims, scaled(dims))]));
}

function textInputs(batch: number) {
  const tokens = Array.from({ length: batch * 5 }, (_, i) => (i * 7) % 16);
  return {
    tokens: int64([batch, 5], tokens),
    mask: typedTensor(
      "bool",
      [batch, 5],
      Uint8Array.from(tokens, (_, i) => (i % 5 < 4 ? 1 : 0)),
    ),
  };
}

const runtime = onnx();
afterAll(() => runtime.dispose());

describe(`the gradients of a whole network with respect to its input and to every parameter ${chosen.title}, by core's rules and by TensorFlow.js's, are those of ONNX Runtime`, () => {
  const backend = tfjs({ providers: [chosen.provider] });
  afterAll(() => backend.dispose());

  async function expectAgreement(
    graph: Graph,
    inputs: Readonly<Record<string, AnyTensor>>,
    of: string,
    withRespectTo: readonly string[],
  ): Promise<void> {
    const on = { onnx: runtime, tfjs: backend, opened: chosen?.opened };
    const gradients = await threeGradients(on, {
      graph,
      inputs,
      parameters: randomWeights(graph),
      of,
      withRespectTo,
    });
    expectSameGradients(gradients.tfjs, gradients.onnx, 1e-4);
    expectSameGradients(gradients.own ?? {}, gradients.onnx, 1e-4);
  }

  it.each([true, false])(
    "GLIDE's U-Net with its text transformer (residual resampling %s)",
    async (residualResampling) => {
      const graph = wholeGraph(unetConfig(residualResampling), { height: side, width: side });
      const names = differentiableNames(graph);
      expect(names).toEqual(
        expect.arrayContaining(["x", "token_embedding.weight", "out.2.weight"]),
      );
      await expectAgreement(
        graph,
        {
          x: random.randn([batch, 3, side, side]),
          timesteps: tensor([batch], [370, 20].slice(0, batch)),
          ...textInputs(batch),
        },
        "output",
        names,
      );
    },
  );

  it("CLIP's two towers under their contrastive loss", async () => {
    const graph = clipContrastiveGraph(clipConfig, { batch: 2, learnLogitScale: true });
    const inputs = {
      x: random.randn([2, 3, 8, 8]),
      timesteps: tensor([2], [100, 700]),
      tokens: int64([2, 6], [1, 5, 9, 0, 0, 0, 2, 4, 6, 8, 9, 0]),
      lengths: int64([2], [3, 5]),
    };
    await expectAgreement(
      graph,
      inputs,
      "loss",
      differentiableNames(graph).filter((name) => name !== "timesteps"),
    );
  });

  it("the hybrid training loss of a U-Net", async () => {
    const config = unetConfig(true);
    const process = gaussianDiffusion(betaSchedule("squaredcos_cap_v2", 1000));
    const goal = objective({ loss: "hybrid" });
    const g = new GraphBuilder();
    const image = (name: string) => g.input(name, ["batch", 3, side, side]);
    const [xt, x0, noise] = [image("x"), image("x0"), image("noise")];
    const [tokens, mask] = [
      g.input("tokens", ["batch", 5], "int64"),
      g.input("mask", ["batch", 5], "bool"),
    ];
    const output = textToImageNetwork(g, config, {
      x: xt,
      timesteps: g.input("timesteps", ["batch"]),
      tokens,
      mask,
    });
    const { loss } = diffusionLoss(g, {
      output,
      x0,
      noise,
      xt,
      coefficients: g.input("coefficients", ["batch", lossCoefficientNames.length]),
      objective: goal,
    });
    g.output("loss", g.sum(loss, [0]));
    const graph = g.build();

    const steps = [300, 0].slice(0, batch);
    const clean = tensor(
      [batch, 3, side, side],
      random.randn([batch, 3, side, side]).data.map(Math.tanh),
    );
    const noises = random.randn([batch, 3, side, side]);
    const inputs = {
      x: qSample(process, clean, steps, noises),
      x0: clean,
      noise: noises,
      timesteps: tensor([batch], steps),
      coefficients: lossCoefficients(process, steps, goal),
      ...textInputs(batch),
    };
    await expectAgreement(graph, inputs, "loss", [
      ...new Set(graph.parameters.map(({ name }) => name)),
    ]);
  });
});
