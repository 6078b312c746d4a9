import { type Backend, classifierFree, samplerByName, type Tensor } from "@glissade/core";
import { spacedDiffusion } from "@glissade/core/diffusion";
import { textGraph, textToImageGraph } from "@glissade/core/networks";
import { encodeText, guidedDenoiser } from "@glissade/core/pipelines";
import { imageSeeds, perImageNoise } from "@glissade/core/random";
import { concatRows, type Executable, rows, weightsFromTensors } from "@glissade/graph";
import type { AssembledRun, DenoisingNetwork } from "./assembled-run.ts";

export interface SampleNetworkOptions {
  readonly backend: Backend;
  readonly weights: ReadonlyMap<string, Tensor>;
  /** One per image. */
  readonly captions: readonly string[];
  /**
   * What the network sees besides x, one row per image: `low_res`, or `inpaint_image` and
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
 * Images from a network in training that sees more than a caption: inpainting networks and
 * upsamplers.
 *
 * @returns [captions, 3, side, side] in [-1, 1]
 */
export async function sampleNetwork(
  { process: trained, side }: Pick<AssembledRun, "process" | "side">,
  denoising: DenoisingNetwork,
  options: SampleNetworkOptions,
): Promise<Tensor> {
  const { captions, conditions, guidance = 3, steps = 20, seed = 0, signal } = options;
  const { config, objective, tokenizer } = denoising;
  const { imageChannels } = config;
  const { spacing, create } = samplerByName("dpmpp-2m");
  const diffusion = spacedDiffusion(trained, steps, spacing);
  const rule = classifierFree({ scale: config.text ? guidance : 1, imageChannels });
  const seeds = imageSeeds(seed, captions.length);
  const { text, network, dispose } = await openNetworks(side, denoising, options);

  const sample = async (caption: string, row: number): Promise<Tensor> => {
    const texts = [caption, ""].map((each) => tokenizer.paddedTokensAndMask(each));
    const noise = perImageNoise(seeds.slice(row, row + 1));
    const start = noise([1, imageChannels, side, side]);
    const denoise = guidedDenoiser({
      diffusion,
      network,
      features: text ? await encodeText(text, texts, signal) : new Map(),
      weights: [1],
      guidance: rule,
      count: 1,
      conditions: oneRow(conditions, row),
      meanType: objective.meanType,
      varianceType: objective.varianceType,
      ...(signal && { signal }),
    });
    let last = start;
    for await (const { x } of create()({
      diffusion,
      noise,
      denoise,
      x: start,
      ...(signal && { signal }),
    }))
      last = x;
    return last;
  };

  try {
    const images: Tensor[] = [];
    // one at a time, because each has a caption of its own
    for (const [row, caption] of captions.entries()) images.push(await sample(caption, row));
    return concatRows(images);
  } finally {
    await dispose();
  }
}

interface OpenNetworks {
  /** Undefined for a network without text. */
  readonly text: Executable | undefined;
  readonly network: Executable;
  readonly dispose: () => Promise<void>;
}

async function openNetworks(
  side: number,
  { config }: DenoisingNetwork,
  { backend, conditions, weights, signal }: SampleNetworkOptions,
): Promise<OpenNetworks> {
  const source = weightsFromTensors(weights);
  const [, , height = 0, width = 0] = conditions.low_res?.dims ?? [];
  const graph = textToImageGraph(config, {
    height: side,
    width: side,
    ...(conditions.low_res && { lowRes: { height, width } }),
  });
  const compile = (part: typeof graph, name: string) =>
    backend.compile(part, source, { name, ...(signal && { signal }) });
  const text = config.text && (await compile(textGraph(config), "the text transformer"));
  try {
    const network = await compile(graph, "the network in training");
    const dispose = async () => {
      await Promise.all([text?.dispose(), network.dispose()]);
    };
    return { text, network, dispose };
  } catch (error) {
    await text?.dispose();
    throw error;
  }
}

function oneRow(tensors: Readonly<Record<string, Tensor>>, row: number): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, value]) => [name, rows(value, row, row + 1)]),
  );
}
