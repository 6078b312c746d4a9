import { parentPort, workerData } from "node:worker_threads";
import { type Backend, InvalidArgumentError } from "@glissade/core";
import { applyAdamW, ParameterStore } from "../optimisers/index.ts";
import { CompiledGradients } from "./compiled-gradients.ts";
import { meanOfGradients } from "./mean-of-gradients.ts";
import type { BackendModule, WorkerAnswer, WorkerSetup, WorkerTask } from "./worker-messages.ts";

/**
 * A worker thread of `workerGradients`: it has a backend and a compiled graph of its own, and
 * answers one task after the other.
 */
const setup = workerData as WorkerSetup; // written by workerGradients alone

try {
  const shared = new Float32Array(setup.parameters);
  // ONNX Runtime takes no shared memory, so each step begins with a copy.
  const parameters = new ParameterStore(setup.shapes);

  const carryOut = async (task: WorkerTask): Promise<WorkerAnswer> => {
    if (task.kind === "gradient") {
      parameters.values.set(shared);
      return { kind: task.kind, outputs: await compiled.sum(task.parts, task.into) };
    }
    if (task.kind === "mean") return { kind: task.kind, sumOfSquares: meanOfGradients(task) };
    applyAdamW(task.update, task.start, task.end);
    return { kind: task.kind };
  };
  const compiled = await CompiledGradients.compile(
    await loadBackend(setup.backend),
    setup.graph,
    parameters,
  );
  parentPort?.on("message", async (task: WorkerTask) => {
    try {
      answer(await carryOut(task));
    } catch (error) {
      answer({ kind: "failed", reason: reasonOf(error) });
    }
  });
  answer({ kind: "ready" });
} catch (error) {
  answer({ kind: "failed", reason: reasonOf(error) });
}

async function loadBackend({ module, export: name, options }: BackendModule): Promise<Backend> {
  const loaded = (await import(module)) as Readonly<Record<string, unknown>>;
  const make = loaded[name];
  if (typeof make !== "function")
    throw new InvalidArgumentError({
      argument: "backend.export",
      received: name,
      expected: `a function that ${module} exports: ${Object.keys(loaded).join(", ")}`,
    });
  return make(options) as Backend;
}

function reasonOf(error: unknown): string {
  return typeof error === "object" && error !== null && "message" in error
    ? String(error.message)
    : String(error);
}

function answer(message: WorkerAnswer): void {
  parentPort?.postMessage(message);
}
