import { parseArgs } from "node:util";
import { onnx } from "@glissade/backend-onnx";
import { betaSchedule, gaussianDiffusion } from "@glissade/core/diffusion";
import { parseTextToImageConfig, wholeGraph } from "@glissade/core/networks";
import { philoxGenerator } from "@glissade/core/random";
import type { GlideTokenizer } from "@glissade/core/text";
import { type Executable, weightsFromTensors } from "@glissade/graph";
import {
  AdamW,
  clipScale,
  diffusionTask,
  initialise,
  objective,
  ParameterStore,
  partSizeFor,
  splitRows,
  stepRandom,
  type TrainingTask,
  workerGradients,
} from "@glissade/train";
import { median } from "./statistics.ts";

const usage = `npm run bench -- train [--batch 32] [--part 16] [--seconds 8] [--workers 2] [--json]

Times a forward pass and a whole training step (hybrid loss, gradients, clipping, AdamW) of a 4.5 million parameter GLIDE base network at 32x32, with 24 text tokens.

  --batch N    examples a step, a multiple of the workers (default 32)
  --part N     examples that a worker computes at a time (default: up to 16): fewer need less memory
  --seconds S  how long each of the two is measured (default 8)
  --workers N  worker threads, each with a session of one thread (default 2); the forward pass has N threads
  --json       one JSON line a measurement`;

/** The network of the comparison with PyTorch. */
const network = parseTextToImageConfig({
  image_size: 32,
  num_channels: 32,
  num_res_blocks: 1,
  channel_mult: [1, 2, 4],
  attention_resolutions: [16, 8],
  num_heads: 1,
  num_head_channels: 32,
  use_scale_shift_norm: true,
  resblock_updown: true,
  text_ctx: 24,
  xf_width: 128,
  xf_layers: 4,
  xf_heads: 4,
  xf_final_ln: true,
  xf_padding: true,
  n_vocab: 2048,
});
const side = 32;

interface Measurement {
  readonly what: string;
  readonly batch: number;
  readonly threads: number;
  readonly median_s: number;
  readonly samples_per_s: number;
  readonly runs: number;
  readonly peak_mb: number;
}

/**
 * `npm run bench -- train`: the same measurements, printed in the same form, as the script that
 * times PyTorch.
 */
export async function benchTraining(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      batch: { type: "string", default: "32" },
      part: { type: "string" },
      seconds: { type: "string", default: "8" },
      workers: { type: "string", default: "2" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(usage);
  const [batch, seconds, workers] = [
    Number(values.batch),
    Number(values.seconds),
    Number(values.workers),
  ];
  const part =
    values.part === undefined
      ? partSizeFor({ batchSize: batch, workers, most: 16 })
      : Number(values.part);
  if (
    !(
      [batch, workers, part].every((value) => Number.isInteger(value) && value >= 1) &&
      batch % (part * workers) === 0 &&
      seconds > 0
    )
  )
    throw new Error(
      `--batch ${values.batch} --part ${part} --seconds ${values.seconds} --workers ${values.workers}: expected positive numbers, the batch a multiple of workers times part.

${usage}`,
    );

  const task = diffusionTask({
    name: "base",
    config: network,
    side,
    process: gaussianDiffusion(betaSchedule("squaredcos_cap_v2", 1000)),
    objective: objective(),
    tokenizer: spelling,
  });
  const report = (measurement: Measurement) =>
    console.log(values.json ? JSON.stringify(measurement) : describe(measurement));
  report(await timeForward(task, batch, workers, seconds));
  report(await timeStep(task, { batch, part, workers, seconds }));
}

async function timeForward(
  task: TrainingTask,
  batch: number,
  threads: number,
  seconds: number,
): Promise<Measurement> {
  const graph = wholeGraph(network, { height: side, width: side });
  const parameters = newParameters(task);
  const backend = onnx({ threads });
  const executable: Executable = await backend.compile(
    graph,
    weightsFromTensors(parameters.toTensors()),
  );
  const { xt, timesteps, tokens, mask } = task.prepare(examples(batch), stepRandom(0, 0)).inputs;
  const inputs = Object.fromEntries(
    Object.entries({ x: xt, timesteps, tokens, mask }).flatMap(([name, value]) =>
      value ? [[name, value]] : [],
    ),
  );
  const measured = await repeat(() => executable.run(inputs), seconds);
  await backend.dispose();
  return measurement("forward", batch, threads, measured);
}

interface StepSize {
  readonly batch: number;
  readonly part: number;
  readonly workers: number;
  readonly seconds: number;
}

async function timeStep(
  task: TrainingTask,
  { batch, part, workers, seconds }: StepSize,
): Promise<Measurement> {
  const graph = task.lossGraph(part);
  const parameters = newParameters(task);
  const engine = await workerGradients(
    { graph, parameters },
    {
      backend: {
        module: import.meta.resolve("@glissade/backend-onnx"),
        export: "onnx",
        options: { threads: 1, memory: "small" },
      },
      workers,
    },
  );
  const optimiser = new AdamW(parameters, { weightDecay: 0.01 });
  const gradient = parameters.zeros();
  const parts = splitRows(task.prepare(examples(batch), stepRandom(0, 0)).inputs, part);
  const step = async () => {
    const { norm } = await engine.gradients(parts, gradient);
    await engine.update(
      optimiser.nextStep(gradient, { learningRate: 1e-4, gradientScale: clipScale(norm, 1) }),
    );
  };
  const measured = await repeat(step, seconds);
  await engine.dispose();
  return measurement("training step", batch, workers, measured);
}

function newParameters(task: TrainingTask): ParameterStore {
  const store = new ParameterStore(task.parameterShapes(), { shared: true });
  initialise(store, 0);
  return store;
}

function examples(batch: number) {
  return {
    images: philoxGenerator(1).randn([batch, 3, side, side]),
    captions: Array.from({ length: batch }, (_, i) => `caption ${i}`),
  };
}

/** Tokens without a file: speed does not depend on which they are. */
const spelling: GlideTokenizer = {
  vocabularySize: 2048,
  contextLength: 24,
  endToken: 2047,
  encode: (text) => Array.from(text, (character) => character.charCodeAt(0) % 2047),
  decode: (ids) => String.fromCharCode(...ids),
  paddedTokensAndMask: (text) => ({
    tokens: Int32Array.from({ length: 24 }, (_, i) => text.charCodeAt(i % text.length) % 2047),
    mask: new Array(24).fill(true),
    truncated: false,
  }),
};

/** Two runs to warm up, then runs until the time is over, at least three. */
async function repeat(run: () => Promise<unknown>, seconds: number): Promise<number[]> {
  for (let i = 0; i < 2; i++) await run();
  const times: number[] = [];
  const end = performance.now() + 1000 * seconds;
  while (performance.now() < end || times.length < 3) {
    const start = performance.now();
    await run();
    times.push((performance.now() - start) / 1000);
  }
  return times;
}

function measurement(
  what: string,
  batch: number,
  threads: number,
  times: readonly number[],
): Measurement {
  const seconds = median(times);
  const rounded = (value: number, digits: number) => Number(value.toFixed(digits));
  return {
    what,
    batch,
    threads,
    median_s: rounded(seconds, 5),
    samples_per_s: rounded(batch / seconds, 2),
    runs: times.length,
    // of the process so far, as kilobytes
    peak_mb: Math.round(process.resourceUsage().maxRSS / 1e3),
  };
}

function describe({
  what,
  batch,
  threads,
  median_s,
  samples_per_s,
  runs,
  peak_mb,
}: Measurement): string {
  return `${what}, batch ${batch}, ${threads} threads: ${(1000 * median_s).toFixed(1)} ms, ${samples_per_s} samples/s, at most ${peak_mb} MB (${runs} runs)`;
}
