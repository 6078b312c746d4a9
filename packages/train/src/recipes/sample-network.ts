import {
  type AnyTensor,
  type Backend,
  classifierFree,
  InvalidArgumentError,
  samplerByName,
  type Tensor,
} from "@glissade/core";
import { predict, spacedDiffusion } from "@glissade/core/diffusion";
import { textGraph, textToImageGraph } from "@glissade/core/networks";
import { imageSeeds, perImageNoise } from "@glissade/core/random";
import {
  concatRows,
  rows,
  tensor,
  typedTensor,
  type WeightSource,
  weightsFromTensors,
} from "@glissade/graph";
import type { AssembledRun, DenoisingNetwork } from "./assemble.ts";

export interface SampleNetworkOptions {
  readonly backend: Backend;
  readonly weights: ReadonlyMap<string, Tensor>;
  /** One a picture. */
  readonly captions: readonly string[];
  /**
   * What the network sees beside x, one row a picture: `low_res`, or `inpaint_image` and
   * `inpaint_mask`.
   */
  readonly conditions: Readonly<Record<string, Tensor>>;
  /** 1 is no guidance. Default 3. */
  readonly guidance?: number;
  /** Default 20. */
  readonly steps?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

/**
 * Pictures from a network in training that sees more than a caption: inpainting networks and
 * upsamplers.
 *
 * @returns [captions, 3, side, side] in [-1, 1]
 */
export async function sampleNetwork(
  run: Pick<AssembledRun, "process" | "side">,
  denoising: DenoisingNetwork,
  options: SampleNetworkOptions,
): Promise<Tensor> {
  const { backend, captions, conditions, guidance = 3, steps = 20, seed = 0, signal } = options;
  const { side } = run;
  const { config, objective } = denoising;
  const size = { height: side, width: side };
  const low = conditions.low_res?.dims;
  const graph = textToImageGraph(config, {
    ...size,
    ...(low && { lowRes: { height: low[2] ?? 0, width: low[3] ?? 0 } }),
  });
  const source = weightsFromTensors(options.weights);
  const rule = classifierFree({
    scale: config.text ? guidance : 1,
    imageChannels: config.imageChannels,
  });
  const [conditional, empty] = await textFeatures(denoising, backend, source, captions, signal);
  const network = await backend.compile(graph, source, {
    name: "the network in training",
    ...(signal && { signal }),
  });
  try {
    const evaluate = async (x: Tensor, timestep: number, text: TextRows): Promise<Tensor> => {
      const timesteps = tensor([captions.length], new Float32Array(captions.length).fill(timestep));
      const { output } = await network.run(
        { x, timesteps, ...conditions, ...text },
        signal ? { signal } : {},
      );
      return float32("output", output);
    };
    const diffusion = spacedDiffusion(run.process, steps, samplerByName("dpmpp-2m").spacing);
    const noise = perImageNoise(imageSeeds(seed, captions.length));
    const prediction = { meanType: objective.meanType, varianceType: objective.varianceType };
    const walk = samplerByName("dpmpp-2m").create()({
      diffusion,
      noise,
      x: noise([captions.length, config.imageChannels, side, side]),
      async denoise(x, index) {
        const timestep = diffusion.timestepMap[index] ?? 0;
        const progress =
          diffusion.numTimesteps === 1 ? 0 : 1 - index / (diffusion.numTimesteps - 1);
        const guided = await evaluate(x, timestep, conditional);
        if (!rule.plan(progress).includes("unconditional"))
          return predict(diffusion, guided, x, index, prediction);
        const unconditional = await evaluate(x, timestep, empty);
        return predict(
          diffusion,
          rule.combine({ conditional: guided, unconditional, progress }),
          x,
          index,
          prediction,
        );
      },
      ...(signal && { signal }),
    });
    let last: Tensor | undefined;
    for await (const { x } of walk) last = x;
    return last ?? tensor([0, config.imageChannels, side, side]);
  } finally {
    await network.dispose();
  }
}

type TextRows = Readonly<Record<string, Tensor>>;

/**
 * What the network is told of the captions, and of as many empty ones. Nothing for a network
 * without text.
 */
async function textFeatures(
  { config, tokenizer }: DenoisingNetwork,
  backend: Backend,
  weights: WeightSource,
  captions: readonly string[],
  signal: AbortSignal | undefined,
): Promise<readonly [conditional: TextRows, empty: TextRows]> {
  if (!config.text) return [{}, {}];
  const texts = [...captions, ""].map((caption) => tokenizer.paddedTokensAndMask(caption));
  const dims = [texts.length, tokenizer.contextLength];
  const tokens = BigInt64Array.from(texts.flatMap((row) => Array.from(row.tokens, BigInt)));
  const mask = Uint8Array.from(texts.flatMap((row) => row.mask.map(Number)));
  const encoder = await backend.compile(textGraph(config), weights, {
    name: "the text transformer",
    ...(signal && { signal }),
  });
  try {
    const results = await encoder.run({
      tokens: typedTensor("int64", dims, tokens),
      mask: typedTensor("bool", dims, mask),
    });
    const features = Object.entries(results).flatMap(([name, value]) =>
      name === "xf_out" ? [] : [[name, float32(name, value)] as const],
    );
    const count = captions.length;
    return [
      Object.fromEntries(features.map(([name, value]) => [name, rows(value, 0, count)])),
      Object.fromEntries(
        features.map(([name, value]) => [
          name,
          concatRows(new Array<Tensor>(count).fill(rows(value, count, count + 1))),
        ]),
      ),
    ];
  } finally {
    await encoder.dispose();
  }
}

function float32(name: string, value: AnyTensor | undefined): Tensor {
  if (value?.dtype === "float32") return value;
  throw new InvalidArgumentError({
    argument: name,
    received: value?.dtype,
    expected: "float32, as the network's graph says",
  });
}
