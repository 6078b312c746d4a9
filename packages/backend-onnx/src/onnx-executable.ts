import {
  type AnyTensor,
  bindInputs,
  DisposedError,
  type Executable,
  ExecutionError,
  GlissadeError,
  type Graph,
  type InTurn,
  type RunOptions,
} from "@glissade/graph";
import type { InferenceSession } from "onnxruntime-common";
import { assertWithinLimits } from "./device-limits.ts";
import { EmptyOutputError, reasonOf } from "./errors.ts";
import type { Device, Runtime } from "./platform.ts";
import { feedsFor, resultTensor } from "./run-tensors.ts";

export interface ExecutableParts {
  readonly graph: Graph;
  readonly name: string;
  readonly runtime: Runtime;
  readonly session: InferenceSession;
  readonly device: Device | undefined;
  readonly inTurn: InTurn;
  /** Take an output of nothing but zeros for the device's fault. */
  readonly refuseZeros: boolean;
  readonly outputNames: ReadonlyMap<string, string>;
  readonly profiled: boolean;
  readonly onDispose: () => void;
}

/** A graph in an open session. */
export class OnnxExecutable implements Executable {
  readonly #parts: ExecutableParts;
  readonly #running = new Set<Promise<unknown>>();
  #disposing: Promise<void> | undefined;

  constructor(parts: ExecutableParts) {
    this.#parts = parts;
  }

  async run(
    inputs: Readonly<Record<string, AnyTensor>>,
    { signal }: RunOptions = {},
  ): Promise<Record<string, AnyTensor>> {
    const { graph, name, runtime, device } = this.#parts;
    if (this.#disposing) throw new DisposedError(name);
    signal?.throwIfAborted();
    if (device?.lost) throw device.lost;
    const lengths = bindInputs(graph, inputs);
    if (device) assertWithinLimits(graph, device.limits, name, lengths);
    const feeds = feedsFor(runtime, graph, inputs);
    const outputs = await this.#track(this.#runInTurn(feeds, signal), signal);
    signal?.throwIfAborted();
    return outputs;
  }

  /** Waits for runs that have begun, then frees the session. */
  dispose(): Promise<void> {
    this.#disposing ??= this.#release();
    return this.#disposing;
  }

  async #release(): Promise<void> {
    const { session, profiled, inTurn, onDispose } = this.#parts;
    await Promise.allSettled(this.#running);
    if (profiled) session.endProfiling();
    await inTurn(() => session.release());
    onDispose();
  }

  /**
   * Another run may be before this one; an abort or the loss of the device in the meantime ends it
   * before it begins.
   */
  #runInTurn(
    feeds: InferenceSession.FeedsType,
    signal: AbortSignal | undefined,
  ): Promise<Record<string, AnyTensor>> {
    const { session, device, inTurn } = this.#parts;
    return inTurn(async () => {
      signal?.throwIfAborted();
      if (device?.lost) throw device.lost;
      return this.#outputsOf(await session.run(feeds));
    });
  }

  async #outputsOf(results: InferenceSession.ReturnType): Promise<Record<string, AnyTensor>> {
    const { name, outputNames, refuseZeros } = this.#parts;
    const outputs: Record<string, AnyTensor> = {};
    for (const [output, onnxName] of outputNames) {
      const result = await resultTensor(results[onnxName], output);
      if (refuseZeros && isEmpty(result)) {
        const advice =
          'The graphics driver is likely at fault: use "wasm". Where zeros are right, as before any training, set refuseZeros: false.';
        throw new EmptyOutputError(
          `The device gave nothing but zeros as ${JSON.stringify(output)} of ${name}. ${advice}`,
        );
      }
      outputs[output] = result;
    }
    return outputs;
  }

  async #track<T>(run: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const { name, device } = this.#parts;
    this.#running.add(run);
    try {
      return await (device ? Promise.race([run, device.untilLost]) : run);
    } catch (cause) {
      signal?.throwIfAborted();
      // the loss is told a moment after the failure that it causes
      if (device) await Promise.race([device.untilLost, afterwards()]);
      if (GlissadeError.isInstance(cause)) throw cause;
      throw new ExecutionError(`ONNX Runtime failed while it ran ${name}: ${reasonOf(cause)}.`, {
        cause,
      });
    } finally {
      this.#running.delete(run);
    }
  }
}

/** What networks give is never all zeros; a result of a few numbers may be. */
function isEmpty({ dtype, data }: AnyTensor): boolean {
  return (
    dtype === "float32" && data.length >= 16 && (data as Float32Array).every((value) => value === 0)
  );
}

function afterwards(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}
