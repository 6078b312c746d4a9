import { InvalidArgumentError, type ModelSource, type Tensor } from "@glissade/core";
import {
  modelComponents,
  modelPaths,
  openModelFiles,
  parseSchedulerConfig,
} from "@glissade/core/model";
import { readTensor, tensor, toFloat32 } from "@glissade/graph";
import { type LoadedCheckpoint, latestCheckpoint, listCheckpoints } from "../checkpoints/index.ts";
import type { TrainedNetwork } from "../networks/trained-network.ts";
import type { StartingPoint } from "../stages/stage.ts";
import { stageByName } from "../stages/stages.ts";
import { readRunDescription, readRunTokenizer } from "./run-description.ts";

export interface OpenTrainedNetworkOptions {
  /** Which network of a model folder. Default `"base"`. A run has one. */
  readonly component?: StartingPoint["component"];
  /**
   * Which weights of a run: a moving average by its decay, or 0 for the weights themselves. Default
   * the longest average.
   */
  readonly average?: number;
  readonly signal?: AbortSignal;
}

/**
 * Reads a trained network: from a model folder, package or URL, or from the latest checkpoint of a
 * training run's folder.
 *
 * @throws ModelNotFoundError, ModelFileError or WeightsError where the model is missing or
 * incomplete. @throws CheckpointError where a run's checkpoint is damaged. @throws
 * InvalidArgumentError where a run has no such average.
 * @example `const { network, weights } = await openTrainedNetwork("runs/base", { average: 0.999
 * });`
 */
export async function openTrainedNetwork(
  source: ModelSource,
  options: OpenTrainedNetworkOptions = {},
): Promise<TrainedNetwork> {
  if (typeof source === "string" && (await isRunFolder(source))) return fromRun(source, options);
  return fromModel(source, options);
}

/** Whether a folder is that of a training run. */
export async function isRunFolder(folder: string): Promise<boolean> {
  if (/^[a-z][a-z+.-]+:/i.test(folder)) return false;
  const checkpoints = await listCheckpoints(folder).catch(() => []);
  return checkpoints.length > 0 || (await readRunDescription(folder)) !== undefined;
}

async function fromModel(
  source: ModelSource,
  { component = "base", signal }: OpenTrainedNetworkOptions,
): Promise<TrainedNetwork> {
  const files = await openModelFiles(source, signal ? { signal } : {});
  if (!(await files.exists(modelPaths.config(component))))
    throw new InvalidArgumentError({
      argument: "source",
      received: files.label,
      expected: `a model with a network ${component}, or a run of one`,
    });
  const network = asObject(await files.readJson(modelPaths.config(component)));
  const scheduler = asObject(
    await files.readJson(modelPaths.scheduler(modelComponents[component].scheduler)),
  );
  const opened = await files.openWeights(modelPaths.weights(component));
  try {
    const weights = new Map<string, Tensor>();
    for (const name of opened.names) {
      signal?.throwIfAborted();
      const stored = await readTensor(opened, name);
      weights.set(name, tensor(stored.dims, toFloat32(stored)));
    }
    const { _class_name: _, ...json } = network;
    return {
      label: files.label,
      component,
      network: json,
      ...processOf(files.label, scheduler),
      tokenizer: await files.readJson(modelPaths.tokenizer("tokenizer")),
      weights,
    };
  } finally {
    await opened.dispose();
  }
}

async function fromRun(
  folder: string,
  { average, signal }: OpenTrainedNetworkOptions,
): Promise<TrainedNetwork> {
  const checkpoint = await latestCheckpoint(folder, signal ? { signal } : {});
  if (!checkpoint)
    throw new InvalidArgumentError({
      argument: "run",
      received: folder,
      expected: "a run that has written a checkpoint",
    });
  const saved = asObject(checkpoint.state.config);
  const network = asObject(saved.network);
  const shapes = chosenWeights(checkpoint, folder, average);
  const weights = new Map([...shapes].map(([name, data]) => [name, tensor([data.length], data)]));
  const run = await readRunDescription(folder);
  if (run) {
    const { stage, diffusion, objective } = run.recipe;
    const classes = run.classes && new Map(Object.entries(run.classes));
    return {
      label: folder,
      component: stageByName(stage).component,
      network,
      diffusion,
      meanType: objective?.meanType ?? "epsilon",
      tokenizer: await readRunTokenizer(folder),
      weights,
      ...(classes && { classes }),
    };
  }
  // A base network's run that a program of its own made with `train`: what the checkpoint does not
  // say is in the model that it exported.
  const model = await openModelFiles(`${folder}/model`);
  const scheduler = asObject(await model.readJson(modelPaths.scheduler("scheduler")));
  return {
    label: folder,
    component: "base",
    network,
    ...processOf(folder, scheduler),
    tokenizer: await model.readJson(modelPaths.tokenizer("tokenizer")),
    weights,
  };
}

function chosenWeights(
  { tensors }: LoadedCheckpoint,
  folder: string,
  average: number | undefined,
): ReadonlyMap<string, Float32Array> {
  const decays = [...tensors.keys()].flatMap((group) =>
    group.startsWith("ema-") ? [Number(group.slice("ema-".length))] : [],
  );
  const decay = average ?? Math.max(0, ...decays);
  const found = tensors.get(decay === 0 ? "parameters" : `ema-${decay}`);
  if (found) return found;
  throw new InvalidArgumentError({
    argument: "average",
    received: average,
    expected: `one of the averages in ${folder}: ${[...decays, 0].join(", ")} (0: the weights themselves)`,
  });
}

function processOf(
  label: string,
  scheduler: Readonly<Record<string, unknown>>,
): Pick<TrainedNetwork, "diffusion" | "meanType"> {
  const { steps, schedule, meanType, varianceType } = parseSchedulerConfig(scheduler);
  if (varianceType !== "learned-range")
    throw new InvalidArgumentError({
      argument: `${label}: scheduler_config.json`,
      received: varianceType,
      expected: "a learned_range variance, as GLIDE's networks have",
    });
  return { diffusion: { steps, schedule }, meanType };
}

function asObject(json: unknown): Readonly<Record<string, unknown>> {
  return typeof json === "object" && json !== null && !Array.isArray(json)
    ? (json as Readonly<Record<string, unknown>>)
    : {};
}
