import {
  type AnyTensor,
  type Backend,
  type Graph,
  glideTokenizer,
  loadGlide,
  openModelFiles,
  parseTextToImageConfig,
  type Tensor,
  textGraph,
  textToImageGraph,
  torchGenerator,
  typedTensor,
} from "@glissade/core";
import { emoji } from "../index.ts";

/** What the emoji model gives on a backend: numbers by name. */
export type Outputs = Readonly<Record<string, ArrayLike<number>>>;

/** The base network's text features and one pass of it: the same inputs everywhere. */
export async function networkOutputs(backend: Backend): Promise<Outputs> {
  const files = await openModelFiles(emoji);
  const weights = await files.openWeights("base/model.safetensors");
  const config = parseTextToImageConfig(await files.readJson("base/config.json"));
  const { tokens, mask } = glideTokenizer(await files.readJson("tokenizer/tokenizer.json"), { contextLength: 24 }).paddedTokensAndMask("red apple");
  const run = async (graph: Graph, inputs: Readonly<Record<string, AnyTensor>>) => {
    const network = await backend.compile(graph, weights);
    try {
      return (await network.run(inputs)) as Record<string, Tensor>; // all outputs of these graphs are float32
    } finally {
      await network.dispose();
    }
  };
  const text = await run(textGraph(config), {
    tokens: typedTensor("int64", [1, tokens.length], BigInt64Array.from(tokens, BigInt)),
    mask: typedTensor("bool", [1, mask.length], Uint8Array.from(mask, Number)),
  });
  const { xf_out: _, ...features } = text;
  const x = torchGenerator(1).randn([1, 3, 32, 32]);
  const network = await run(textToImageGraph(config, { height: 32, width: 32 }), {
    ...{ x, timesteps: typedTensor("float32", [1], Float32Array.of(370)) },
    ...features,
  });
  await weights.dispose();
  return Object.fromEntries([...Object.entries(features), ...Object.entries(network)].map(([name, { data }]) => [name, data]));
}

/** A picture's bytes, of two passes of one row: a software adapter takes seconds for each. */
export async function picture(backend: Backend): Promise<ArrayLike<number>> {
  const glide = await loadGlide(emoji, { backend });
  const { images } = await glide.generate({ prompt: "red apple", seed: 5, steps: 2, guidance: 1, upscale: false });
  await glide.dispose();
  return images[0]?.data ?? [];
}
