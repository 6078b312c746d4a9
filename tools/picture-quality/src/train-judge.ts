import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { onnx } from "@glissade/backend-onnx";
import { writeFileAtomically } from "@glissade/core/files";
import { convertWeights } from "@glissade/core/weights";
import { weightsFromTensors } from "@glissade/graph";
import { cosineRate, initialise, ParameterStore, train, workerGradients } from "@glissade/train";
import { things } from "@glissade-data/emoji";
import { runCommand } from "./interruption.ts";
import { jsonText } from "./json-text.ts";
import { openJudge } from "./judge.ts";
import { judgeData } from "./judge-data.ts";
import { type JudgeDescription, judgeFolder, judgeWeightsPath } from "./judge-files.ts";
import { judgeChannels } from "./judge-network.ts";
import { judgeTask } from "./judge-task.ts";
import { measureJudge } from "./measure-judge.ts";
import { leftOutSource, openRealImages, type RealImages, thingNames } from "./real-images.ts";

const usage = `npm run train-judge -w tools/picture-quality -- [options]

Trains the judge on the real images of $GLISSADE_DATA, measures it and writes it to judge/.
Stopped with Ctrl-C or killed, the same command goes on.

  --run DIR      checkpoints and log (default: .data/judge)
  --out DIR      the judge (default: tools/picture-quality/judge)
  --steps N      of 64 examples (default: 9000)
  --seed N       (default: 1)
  --workers N    processor threads (default: 2)`;

const batchSize = 64;
const partSize = 32;
const peakRate = 2e-3;
const averageDecay = 0.998;

await runCommand(async (signal) => {
  const { values } = parseArgs({
    options: {
      run: { type: "string", default: join(judgeFolder, "../../../.data/judge") },
      out: { type: "string", default: judgeFolder },
      steps: { type: "string", default: "9000" },
      seed: { type: "string", default: "1" },
      workers: { type: "string", default: "2" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(usage);
  const [steps, seed] = [Number(values.steps), Number(values.seed)];
  const images = await openRealImages(signal);
  const parameters = await trainedParameters(images, {
    steps,
    seed,
    folder: values.run,
    workers: Number(values.workers),
    signal,
  });
  await writeJudge(values.out, parameters, images, {
    seed,
    steps,
    examples: steps * batchSize,
    leftOut: leftOutSource,
  });
});

interface TrainJudgeOptions {
  readonly steps: number;
  readonly seed: number;
  readonly folder: string;
  readonly workers: number;
  readonly signal: AbortSignal;
}

async function trainedParameters(
  images: RealImages,
  { steps, seed, folder, workers, signal }: TrainJudgeOptions,
): Promise<ParameterStore> {
  const task = judgeTask(thingNames, { things: thingNames.length, channels: judgeChannels });
  const parameters = new ParameterStore(task.parameterShapes(), { shared: true });
  initialise(parameters, seed);
  const engine = await workerGradients(
    { graph: task.lossGraph(partSize), parameters },
    {
      // Workers load the backend by its name, under the condition that this program runs under.
      backend: {
        module: "@glissade/backend-onnx",
        export: "onnx",
        options: { threads: 1, memory: "small" },
      },
      workers,
      signal,
    },
  );
  try {
    const { state } = await train({
      task,
      parameters,
      engine,
      folder,
      seed,
      steps,
      batchSize,
      partSize,
      signal,
      data: judgeData(images, seed),
      config: { things: thingNames, channels: judgeChannels, leftOut: leftOutSource, steps },
      learningRate: cosineRate({ peak: peakRate, steps, warmUp: Math.min(300, steps - 1) }),
      optimiser: { weightDecay: 0.05, decays: ({ dims }) => dims.length > 1 },
      averages: [{ decay: averageDecay, warmUp: true }],
      resume: true,
      output: process.stderr,
    });
    parameters.values.set(state.best);
    return parameters;
  } finally {
    await engine.dispose();
  }
}

/** Measures what is written, rounded to float16 as it is. */
async function writeJudge(
  folder: string,
  parameters: ParameterStore,
  images: RealImages,
  training: JudgeDescription["training"],
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const weights = weightsFromTensors(parameters.toTensors(parameters.values.slice()));
  await convertWeights({ from: weights, to: judgeWeightsPath(folder), dtype: "float16" });
  const names = Object.fromEntries(things.map((thing) => [thing.name, thing.names]));
  const unmeasured = {
    channels: judgeChannels,
    things: thingNames,
    names,
    training,
    accuracy: {},
    byThing: {},
    confusions: [],
  };
  const path = join(folder, "judge.json");
  await writeFileAtomically(path, JSON.stringify(unmeasured));
  const backend = onnx();
  const judge = await openJudge(backend, folder);
  const measured = await measureJudge(judge, images);
  await writeFileAtomically(path, jsonText({ ...unmeasured, ...measured }));
  await judge.dispose();
  await backend.dispose();
  console.log(JSON.stringify(measured.accuracy));
}
