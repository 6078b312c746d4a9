import type { Worker } from "node:worker_threads";
import { onnx } from "@glissade/backend-onnx";
import { DisposedError, InvalidArgumentError } from "@glissade/core";
import { philoxGenerator } from "@glissade/core/random";
import { tensor } from "@glissade/graph";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  AdamW,
  globalNorm,
  MovingAverage,
  matricesOnly,
  ParameterStore,
} from "../optimisers/index.ts";
import { rowsOfOutput, stepRandom } from "../tasks/training-task.ts";
import { batchSize, tinyData, tinyTask } from "../trainer/__fixtures__/tiny-run.ts";
import { splitRows } from "../trainer/split-rows.ts";
import { gradientGraph, localGradients } from "./compiled-gradients.ts";
import type { GradientEngine, Gradients, GraphInputs } from "./gradient-engine.ts";
import { GradientWorkerError } from "./gradient-worker-error.ts";
import { workerGradients } from "./worker-gradients.ts";
import type { BackendModule } from "./worker-messages.ts";

/** Threads that have been started and have not ended. */
const alive = vi.hoisted(() => new Set<unknown>());
vi.mock("node:worker_threads", async (original) => {
  const threads = await original<typeof import("node:worker_threads")>();
  class CountedWorker extends threads.Worker {
    constructor(...parameters: ConstructorParameters<typeof Worker>) {
      super(...parameters);
      alive.add(this);
      this.on("exit", () => alive.delete(this));
    }
  }
  return { ...threads, Worker: CountedWorker };
});

const backend: BackendModule = {
  module: import.meta.resolve("@glissade/backend-onnx"),
  export: "onnx",
  options: { threads: 1 },
};
const task = tinyTask();
const parameters = new ParameterStore(task.parameterShapes(), { shared: true });
parameters.values.set(
  philoxGenerator(1)
    .randn([parameters.size])
    .data.map((value) => 0.1 * value),
); // no layer is zero
const inPairs = { graph: task.lossGraph(2), parameters };

let inputs: GraphInputs;
let two: GradientEngine;
beforeAll(async () => {
  inputs = task.prepare(await tinyData().batch(0, batchSize), stepRandom(1, 0)).inputs;
  two = await workerGradients(inPairs, { backend });
}, 60_000);
afterAll(() => two?.dispose());

/** The largest difference, in units of the largest element. */
function distance(a: Float32Array, b: Float32Array): number {
  const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return (
    a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] as number))), 0) / largest
  );
}

async function gradientOf(
  engine: GradientEngine,
  rows: number,
): Promise<Gradients & { gradient: Float32Array }> {
  const gradient = parameters.zeros().fill(Number.NaN);
  return { ...(await engine.gradients(splitRows(inputs, rows), gradient)), gradient };
}

describe("gradients over the parts of a batch", () => {
  it("are the same from one thread, from two and from this one", async () => {
    const ofTwo = await gradientOf(two, 2);
    expect(ofTwo.gradient.every(Number.isFinite)).toBe(true);
    const local = onnx({ threads: 1 });
    for (const engine of [
      await workerGradients(inPairs, { backend, workers: 1 }),
      await localGradients(local, inPairs),
    ]) {
      const { gradient, outputs } = await gradientOf(engine, 2);
      await engine.dispose();
      expect(distance(gradient, ofTwo.gradient)).toBeLessThan(1e-6);
      expect(rowsOfOutput(outputs, "losses")).toEqual(rowsOfOutput(ofTwo.outputs, "losses"));
    }
    expect(local.openExecutables).toBe(0);
    await local.dispose();
  });

  it("are those of one large part", async () => {
    const local = onnx({ threads: 1 });
    const whole = await localGradients(local, { graph: task.lossGraph(batchSize), parameters });
    const [large, small] = [await gradientOf(whole, batchSize), await gradientOf(two, 2)];
    await local.dispose();
    expect(distance(small.gradient, large.gradient)).toBeLessThan(1e-6);
    expect(
      distance(rowsOfOutput(small.outputs, "losses"), rowsOfOutput(large.outputs, "losses")),
    ).toBeLessThan(1e-6);
  });

  it("follow the parameters from step to step", async () => {
    const before = (await gradientOf(two, 2)).gradient;
    const bias = parameters.view("out.2.bias");
    const [value = 0] = bias;
    bias[0] = value + 1;
    expect(distance((await gradientOf(two, 2)).gradient, before)).toBeGreaterThan(1e-3);
    bias[0] = value;
    expect(distance((await gradientOf(two, 2)).gradient, before)).toBe(0);
  });

  it("are asked under the shapes that checkpoints have", () => {
    const shapes = new Map(gradientGraph(inPairs).inputs.map(({ name, dims }) => [name, dims]));
    // the graph's own view is [96, 32, 1, 1]
    expect(shapes.get("middle_block.1.qkv.weight")).toEqual([96, 32, 1]);
    for (const { name, dims } of parameters.slots) expect(shapes.get(name)).toEqual(dims);
  });

  it("go on after a part that failed on one of the threads", async () => {
    const before = (await gradientOf(two, 2)).gradient;
    const [first = {}, second = {}] = splitRows(inputs, 2);
    const broken = { ...first, xt: tensor([1], [0]) };
    await expect(two.gradients([broken, second], parameters.zeros())).rejects.toThrow(
      GradientWorkerError,
    );
    const next = await gradientOf(two, 2);
    expect(distance(next.gradient, before)).toBe(0);
  });

  it("stop where they are aborted", async () => {
    await expect(
      two.gradients(splitRows(inputs, 2), parameters.zeros(), {
        signal: AbortSignal.abort("enough"),
      }),
    ).rejects.toBe("enough");
  });
});

describe("a step of the optimiser", () => {
  it("is the same on two threads as in one piece, with the norm of the whole gradient", async () => {
    const { gradient, norm } = await gradientOf(two, 2);
    expect(norm / globalNorm(gradient)).toBeCloseTo(1, 12);
    const makeRun = (shared: boolean) => {
      const store = new ParameterStore(parameters.slots, { shared });
      store.values.set(parameters.values);
      return {
        store,
        optimiser: new AdamW(store, { weightDecay: 0.5, decays: matricesOnly }),
        averages: [new MovingAverage(store, { decay: 0.75 })],
      };
    };
    const [alone, side] = [makeRun(false), makeRun(true)];
    for (const learningRate of [0.01, 0.02]) {
      alone.optimiser.step(gradient, {
        learningRate,
        gradientScale: 0.5,
        averages: alone.averages,
      });
      await two.update(
        side.optimiser.nextStep(gradient, {
          learningRate,
          gradientScale: 0.5,
          averages: side.averages,
        }),
      );
    }
    expect(side.store.values).toEqual(alone.store.values);
    expect(side.optimiser.secondMoment).toEqual(alone.optimiser.secondMoment);
    expect(side.averages[0]?.values).toEqual(alone.averages[0]?.values);
  });

  it("is not made on copies: arrays of one thread are refused by name", async () => {
    const own = new ParameterStore(parameters.slots);
    await expect(two.gradients(splitRows(inputs, 2), own.zeros())).rejects.toThrow(
      /into.*shared: true/s,
    );
    await expect(
      two.update(new AdamW(own).nextStep(parameters.zeros(), { learningRate: 1 })),
    ).rejects.toThrow(/values.*shared: true/s);
  });
});

describe("the threads", () => {
  it("have ended once the engine is disposed, and it says so", async () => {
    const others = alive.size;
    const engine = await workerGradients(inPairs, { backend, workers: 1 });
    expect(alive.size).toBe(others + 1);
    const running = engine.gradients(splitRows(inputs, 2), parameters.zeros());
    const outcome = expect(running).rejects.toThrow(DisposedError);
    await engine.dispose();
    await outcome;
    expect(alive.size).toBe(others);
    await expect(engine.gradients(splitRows(inputs, 2), parameters.zeros())).rejects.toThrow(
      DisposedError,
    );
    await engine.dispose();
  });

  it.each([
    [
      "a module that does not exist",
      { module: "file:///nothing.js", export: "onnx" },
      /nothing\.js/,
    ],
    [
      "an export that does not exist",
      { ...backend, export: "onix" },
      /expected a function that .* exports: .*onnx/,
    ],
    [
      "a backend that ends the thread",
      { module: "data:text/javascript,process.exit(7)", export: "gone" },
      /ended by itself with code 7/,
    ],
  ])("have ended after %s, which is told", async (_, module, message) => {
    const others = alive.size;
    const error = await workerGradients(inPairs, { backend: module, workers: 1 }).catch(
      (reason: unknown) => reason,
    );
    expect(GradientWorkerError.isInstance(error) && error.message).toMatch(message);
    expect(alive.size).toBe(others);
  });

  it("have ended where the start is aborted", async () => {
    const others = alive.size;
    const abort = new AbortController();
    const starting = workerGradients(inPairs, { backend, signal: abort.signal });
    expect(alive.size).toBe(others + 2);
    abort.abort("enough");
    await expect(starting).rejects.toBe("enough");
    expect(alive.size).toBe(others);
  });

  it("are not started for parameters that they would not see change", async () => {
    const unshared = { ...inPairs, parameters: new ParameterStore(parameters.slots) };
    const error = await workerGradients(unshared, { backend }).catch((reason: unknown) => reason);
    expect(InvalidArgumentError.isInstance(error) && error.message).toContain("shared: true");
  });
});
