import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { encodePng, InvalidArgumentError, rgbImage } from "@glissade/core";
import { openSafetensors } from "@glissade/core/weights";
import { readTensor } from "@glissade/graph";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  ConfigMismatchError,
  type LoadedCheckpoint,
  listCheckpoints,
  loadCheckpoint,
} from "../checkpoints/index.ts";
import type { TrainingData } from "../data/index.ts";
import type { GradientEngine, LossGraph } from "../engine/gradient-engine.ts";
import { workerGradients } from "../engine/worker-gradients.ts";
import { parseRecord } from "../logs/training-record.ts";
import { tinyData, tinyLoss, tinyRun, tinyTask } from "./__fixtures__/tiny-run.ts";
import { TrainingDivergedError } from "./diverged.ts";
import { initialise } from "./initialise.ts";
import { train } from "./train.ts";
import { TrainingState } from "./training-state.ts";

let loss: LossGraph;
let engine: GradientEngine;
let folder = "";
beforeAll(async () => {
  loss = tinyLoss(tinyTask());
  engine = await workerGradients(loss, {
    backend: {
      module: import.meta.resolve("@glissade/backend-onnx"),
      export: "onnx",
      options: { threads: 1 },
    },
  });
}, 60_000);
afterAll(() => engine?.dispose());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "glissade-"));
});
afterEach(() => rm(folder, { recursive: true }));

const run = (changes: object = {}) => ({ ...tinyRun(folder, engine, loss.parameters), ...changes });

/** What a run wrote down, but for when and how fast. */
async function logged(of: string): Promise<object[]> {
  const lines = (await readFile(join(of, "log.jsonl"), "utf8")).trim().split("\n");
  return lines.map((line) => {
    const { time: _, samplesPerSecond: __, ...numbers } = parseRecord(line) ?? { step: -1 };
    return numbers;
  });
}

async function caught(action: Promise<unknown>): Promise<unknown> {
  return action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
}

/** Of an array's bytes: a test's report on two large arrays that differ would take minutes. */
function digest(values: Float32Array): string {
  return createHash("sha256").update(new Float32Array(values)).digest("hex");
}

function digests({ tensors }: LoadedCheckpoint): Record<string, string[]> {
  return Object.fromEntries(
    [...tensors].map(([group, arrays]) => [
      group,
      [...arrays].map(([name, values]) => `${name} ${digest(values)}`),
    ]),
  );
}

/** Tells of a batch before it is given. */
function watched(data: TrainingData, onBatch: (step: number) => void): TrainingData {
  return {
    ...data,
    batch(start, count, options) {
      onBatch(start / count);
      return data.batch(start, count, options);
    },
  };
}

function inChild(limits: string, ...words: string[]): ChildProcess {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  const script = fileURLToPath(new URL("./__fixtures__/run-in-child.ts", import.meta.url));
  const command = [
    process.execPath,
    "--conditions=glissade-source",
    "--import",
    tsx,
    script,
    folder,
    ...words,
  ];
  return spawn("sh", ["-c", `${limits} exec "$@"`, "sh", ...command], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

describe("training", () => {
  it("learns two images by heart", async () => {
    const { log } = await train(run({ steps: 120, checkpointMinutes: 1 }));
    const mean = (from: number, to: number) =>
      log.records.slice(from, to).reduce((sum, { mse = Number.NaN }) => sum + mse, 0) / (to - from);
    // a network that says nothing has the variance of the noise
    expect(mean(0, 5)).toBeCloseTo(1, 0);
    expect(mean(100, 120)).toBeLessThan(0.4);
  });

  it("keeps the steps up to a sample image that cannot be made", async () => {
    const sample = () => Promise.reject(new Error("no room for an image"));
    await expect(train(run({ steps: 4, sampleEvery: 2, sample }))).rejects.toThrow(
      "no room for an image",
    );
    expect((await loadCheckpoint(folder)).step).toBe(2);
  });

  it("writes down every step, and the last one's checkpoint", async () => {
    const { state, steps, log } = await train(
      run({ steps: 3, learningRate: (step: number) => (step + 1) / 1024 }),
    );
    expect(steps).toBe(3);
    expect(
      log.records.map(({ step, samples, learningRate, skipped }) => ({
        step,
        samples,
        learningRate,
        skipped,
      })),
    ).toEqual([
      { step: 1, samples: 4, learningRate: 1 / 1024, skipped: 0 },
      { step: 2, samples: 8, learningRate: 2 / 1024, skipped: 0 },
      { step: 3, samples: 12, learningRate: 3 / 1024, skipped: 0 },
    ]);
    const { tensors, step } = await loadCheckpoint(folder);
    expect(step).toBe(3);
    expect(tensors.get("parameters")?.get("time_embed.0.weight")).toEqual(
      new Float32Array(state.parameters.view("time_embed.0.weight")),
    );
    expect(tensors.get("ema-0.9")?.get("time_embed.0.weight")).toEqual(
      new Float32Array(state.parameters.view("time_embed.0.weight", state.best)),
    );
    expect(tensors.get("ema-0.9")?.get("out.2.bias")).not.toEqual(
      tensors.get("parameters")?.get("out.2.bias"),
    );
  });

  it("shows the average's images on the way", async () => {
    const seen: unknown[] = [];
    const png = encodePng(rgbImage(1, 1));
    await train(
      run({
        steps: 4,
        sampleEvery: 2,
        sample: async (weights: Float32Array, step: number) => {
          seen.push([weights === loss.parameters.values, step]);
          return { png, caption: `step ${step}` };
        },
        onSample: async (image: { caption: string }, step: number) =>
          seen.push([image.caption, step]),
      }),
    );
    expect(seen).toEqual([
      [false, 2],
      ["step 2", 2],
      [false, 4],
      ["step 4", 4],
    ]);
  });
});

describe("a run that is interrupted", () => {
  it("goes through the same numbers, bit for bit, after SIGKILL in the midst of it", async () => {
    const child = inChild("", "workers", "endless");
    const ended = once(child, "exit");
    while ((await logged(folder).catch(() => [])).length < 5 && child.exitCode === null)
      await setTimeout(2);
    child.kill("SIGKILL");
    expect(await ended).toEqual([null, "SIGKILL"]);
    expect((await listCheckpoints(folder)).length).toBeGreaterThan(0);

    const steps = (await logged(folder)).length + 5;
    const whole = join(folder, "whole");
    await train({ ...run({ steps }), folder: whole });
    const { log } = await train(run({ steps, resume: true }));
    expect(log.records).toHaveLength(steps);
    expect(await logged(folder)).toEqual(await logged(whole));
    const [resumed, uninterrupted] = [await loadCheckpoint(folder), await loadCheckpoint(whole)];
    expect(digests(resumed)).toEqual(digests(uninterrupted));
    expect(Object.keys(digests(resumed))).toEqual([
      "parameters",
      "first-moments",
      "second-moments",
      "ema-0.9",
    ]);
    expect(resumed.state).toEqual(uninterrupted.state);
    expect(resumed.state.extra).toMatchObject({ name: "loss-second-moment" });
  });

  it("writes a checkpoint where it is aborted, throws the reason, and goes on from there", async () => {
    const whole = join(folder, "whole");
    await train({ ...run({ steps: 6 }), folder: whole });
    const abort = new AbortController();
    const data = watched(tinyData(), (step) => step === 3 && abort.abort("enough"));
    expect(
      await caught(train(run({ steps: 6, data, signal: abort.signal, checkpointMinutes: 5 }))),
    ).toBe("enough");
    // while it ran, the batch of the next step was asked for
    expect((await loadCheckpoint(folder)).step).toBe(3);
    await train(run({ steps: 6, resume: true }));
    expect(await logged(folder)).toEqual(await logged(whole));
  });

  it("keeps what it has where it is aborted while it waits for images", async () => {
    const abort = new AbortController();
    const data: TrainingData = {
      ...tinyData(),
      async batch(start, count, { signal } = {}) {
        if (start < 2 * count) return tinyData().batch(start, count);
        return new Promise((_, reject) => {
          signal?.addEventListener("abort", () => reject(signal.reason));
          void setTimeout(50).then(() => abort.abort("no more"));
        });
      },
    };
    expect(await caught(train(run({ data, signal: abort.signal, checkpointMinutes: 5 })))).toBe(
      "no more",
    );
    expect((await loadCheckpoint(folder)).step).toBe(2);
  });

  it("keeps its earlier checkpoints where the disk takes no more", async () => {
    await train(run({ steps: 2 }));
    const kept = await readdir(folder);
    const child = inChild("ulimit -f 500;", "local", "resume");
    const [output, [status]] = await Promise.all([child.stdout?.toArray(), once(child, "exit")]);
    expect(JSON.parse(Buffer.concat(output ?? []).toString())).toMatchObject({
      name: "TrainingCheckpointError",
      fault: "unwritable",
    });
    expect(status).toBe(3);
    expect((await readdir(folder)).filter((name) => !name.startsWith("events"))).toEqual(
      kept.filter((name) => !name.startsWith("events")),
    );
    expect((await loadCheckpoint(folder)).step).toBe(2);
    await train(run({ steps: 4, resume: true }));
    expect((await logged(folder)).map((record) => "step" in record && record.step)).toEqual([
      1, 2, 3, 4,
    ]);
  });
});

describe("a run that does not fit its folder", () => {
  it("is told what differs from the checkpoint's run, and changes nothing", async () => {
    await train(run({ steps: 2 }));
    const before = new Float32Array(loss.parameters.values);
    for (const [change, field] of [
      [{ config: { network: "large" } }, "config.network"],
      [{ seed: 12 }, "seed"],
      [{ batchSize: 2 }, "batchSize"],
    ] as const) {
      const options = run({ resume: true, steps: 3, ...change });
      loss.parameters.values.set(before);
      const error = await caught(train(options));
      expect(
        ConfigMismatchError.isInstance(error) &&
          error.differences.map((difference) => difference.field),
      ).toEqual([field]);
      expect(digest(loss.parameters.values)).toBe(digest(before));
    }
    expect((await loadCheckpoint(folder)).step).toBe(2);
  });

  it("does not begin anew, nor touch what is there, where it was not told to resume", async () => {
    await train(run({ steps: 2 }));
    const files = await readdir(folder);
    expect(InvalidArgumentError.isInstance(await caught(train(run({ steps: 2 }))))).toBe(true);
    expect(await readdir(folder)).toEqual(files);
  });

  it("says where parts do not make up a batch", async () => {
    const error = await caught(train(run({ batchSize: 3 })));
    expect(InvalidArgumentError.isInstance(error) && error.argument).toBe("batchSize");
  });
});

describe("a step that is not finite", () => {
  it("stops the run with its batch in a file and the parameters as they were", async () => {
    const data: TrainingData = {
      ...tinyData(),
      async batch(start, count) {
        const batch = await tinyData().batch(start, count);
        if (start === 2 * count) batch.images.data[7] = Number.NaN;
        return batch;
      },
    };
    const steady = join(folder, "steady");
    const { state } = await train({ ...run({ steps: 2 }), folder: steady });
    const before = new Float32Array(state.parameters.values);
    const error = await caught(train(run({ data })));
    if (!TrainingDivergedError.isInstance(error))
      throw new Error("no TrainingDivergedError was thrown", { cause: error });
    expect(error.step).toBe(3);
    expect(error.message).toContain(`Its batch is kept in ${error.file}`);
    expect(digest(loss.parameters.values)).toBe(digest(before));

    const file = await openSafetensors(error.file);
    expect([...file.names].sort()).toEqual([
      "coefficients",
      "mask",
      "noise",
      "timesteps",
      "tokens",
      "weights",
      "x0",
      "xt",
    ]);
    expect((await readTensor(file, "x0")).data[7]).toBeNaN();
    expect((await readTensor(file, "tokens")).dims).toEqual([4, 3]);
    expect(JSON.parse(file.metadata.captions ?? "")).toHaveLength(4);
    expect(file.metadata.step).toBe("3");
    await file.dispose();
    expect((await loadCheckpoint(folder)).step).toBe(2);
  });
});

describe("TrainingState", () => {
  it("refuses a checkpoint that lacks an array, naming the parameter", () => {
    const { parameters } = tinyLoss(tinyTask());
    initialise(parameters, 1);
    const state = new TrainingState(parameters, {}, [{ decay: 0.5 }]);
    const saved = state.parameters.toTensors();
    const arrays = new Map([...saved].map(([name, { data }]) => [name, data]));
    const partial = new Map([...arrays].filter(([name]) => name !== "out.2.bias"));
    const tensors = new Map([
      ["parameters", arrays],
      ["first-moments", arrays],
      ["second-moments", arrays],
      ["ema-0.5", partial],
    ]);
    expect(() =>
      state.restore({
        path: "",
        step: 1,
        tensors,
        state: { samples: 0, config: {}, seed: 0, dataPosition: 0 },
        warnings: [],
      }),
    ).toThrow("out.2.bias");
  });
});
