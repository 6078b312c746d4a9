import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { onnx } from "@glissade/backend-onnx";
import { InvalidArgumentError } from "@glissade/core";
import { betaSchedule, gaussianDiffusion, qSample, velocity } from "@glissade/core/diffusion";
import { tensorFromImages } from "@glissade/core/image";
import { openModelFiles } from "@glissade/core/model";
import { parseTextToImageConfig, wholeGraph } from "@glissade/core/networks";
import { philoxGenerator } from "@glissade/core/random";
import { glideTokenizer } from "@glissade/core/text";
import { assertFloat32, type Executable, rows, type Tensor, tensor } from "@glissade/graph";
import { captionTokens } from "@glissade/train";
import { type HeldOutThing, heldOutThings } from "@glissade-data/emoji";
import { runCommand } from "./interruption.ts";

const usage = `The loss of a base network that predicts v, on held-out images of things, at four noise levels.

  npm run validation-loss -w tools/picture-quality -- --model DIR [--json]`;

/** Timesteps of 1,000, from little noise to nearly nothing but noise. */
const timesteps = [150, 400, 700, 950] as const;
const batchSize = 32;

/** Mean squared error of v at each timestep. */
type Losses = Readonly<Record<number, number>>;

await runCommand(async (signal) => {
  const { values } = parseArgs({
    options: {
      model: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(usage);
  if (values.model === undefined)
    throw new InvalidArgumentError({
      argument: "--model",
      received: undefined,
      expected: "a model folder",
      hint: "glissade train export RUN --out DIR makes one.",
    });
  const losses = await validationLosses(resolve(values.model), signal);
  if (values.json) return console.log(JSON.stringify(losses));
  for (const [t, loss] of Object.entries(losses)) console.log(`t = ${t}: ${loss.toFixed(4)}`);
});

/** Of the network in `model`, with the same noise for every network. */
async function validationLosses(model: string, signal: AbortSignal): Promise<Losses> {
  const files = await openModelFiles(model, { signal });
  const config = parseTextToImageConfig(await files.readJson("base/config.json"));
  const side = config.imageSize ?? 32;
  const tokenizer = glideTokenizer(await files.readJson("tokenizer/tokenizer.json"), {
    contextLength: config.text?.textContext ?? 0,
  });
  const examples = await heldOut(side, signal);
  const backend = onnx();
  const weights = await files.openWeights("base/model.safetensors", { signal });
  try {
    const graph = wholeGraph(config, { height: side, width: side });
    const network = await backend.compile(graph, weights, { name: "base", signal });
    const measured = await measuredLosses(network, examples, tokenizer, signal);
    await network.dispose();
    return measured;
  } finally {
    await weights.dispose();
    await backend.dispose();
  }
}

async function heldOut(side: number, signal: AbortSignal): Promise<HeldOutThing[]> {
  const options = { side: side as 32, signal }; // another side is refused there
  const splits = ["val", "test_style"] as const;
  const found = await Promise.all(splits.map((split) => heldOutThings({ ...options, split })));
  return found.flat();
}

async function measuredLosses(
  network: Executable,
  examples: readonly HeldOutThing[],
  tokenizer: ReturnType<typeof glideTokenizer>,
  signal: AbortSignal,
): Promise<Losses> {
  const diffusion = gaussianDiffusion(betaSchedule("squaredcos_cap_v2", 1000));
  const images = tensorFromImages(examples.map(({ picture }) => picture));
  const captions = examples.map(({ caption }) => caption);
  const losses: Record<number, number> = {};
  for (const t of timesteps) {
    const noise = philoxGenerator(t).randn(images.dims);
    const x = qSample(diffusion, images, t, noise);
    const target = velocity(diffusion, images, t, noise);
    let sum = 0;
    for (let from = 0; from < examples.length; from += batchSize) {
      const to = Math.min(from + batchSize, examples.length);
      const texts = captionTokens(tokenizer, captions.slice(from, to), 0, philoxGenerator(0));
      const inputs = { x: rows(x, from, to), timesteps: filled(to - from, t), ...texts };
      const { output } = await network.run(inputs, { signal });
      sum += squaredError(assertFloat32("output", output), rows(target, from, to));
    }
    losses[t] = sum / images.data.length;
  }
  return losses;
}

function filled(length: number, value: number): Tensor {
  return tensor([length], new Float32Array(length).fill(value));
}

/** Over the first channels of the output, which are v; the others are its variance. */
function squaredError(output: Tensor, target: Tensor): number {
  const [batch = 0] = target.dims;
  const [size, outputSize] = [target.data.length / batch, output.data.length / batch];
  let sum = 0;
  for (let row = 0; row < batch; row++)
    for (let i = 0; i < size; i++)
      sum +=
        ((output.data[row * outputSize + i] as number) - (target.data[row * size + i] as number)) **
        2;
  return sum;
}
