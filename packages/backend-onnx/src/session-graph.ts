import type { AnyTensor, CompiledGraph, Graph, InTurn, SymbolicLengths } from "@glissade/graph";
import type { InferenceSession } from "onnxruntime-common";
import { assertWithinLimits } from "./device-limits.ts";
import { EmptyOutputError } from "./errors.ts";
import type { Device, Runtime } from "./platform.ts";
import { feedsFor, resultTensor } from "./run-tensors.ts";

export interface SessionGraphParts {
  readonly graph: Graph;
  readonly name: string;
  readonly runtime: Runtime;
  readonly session: InferenceSession;
  readonly device: Device | undefined;
  readonly inTurn: InTurn;
  /** Take an output of nothing but zeros for the device's fault. */
  readonly refuseZeros: boolean;
  readonly outputNames: ReadonlyMap<string, string>;
  readonly isProfiled: boolean;
}

/** A graph in an open session. */
export class SessionGraph implements CompiledGraph {
  readonly #parts: SessionGraphParts;

  constructor(parts: SessionGraphParts) {
    this.#parts = parts;
  }

  async run(
    inputs: Readonly<Record<string, AnyTensor>>,
    lengths: SymbolicLengths,
    signal: AbortSignal | undefined,
  ): Promise<Record<string, AnyTensor>> {
    const { graph, name, runtime, device } = this.#parts;
    if (device?.lost) throw device.lost;
    if (device) assertWithinLimits(graph, device.limits, name, lengths);
    const run = this.#runInTurn(feedsFor(runtime, graph, inputs), signal);
    const outputs = await (device ? whileThere(device, run, signal) : run);
    signal?.throwIfAborted();
    return outputs;
  }

  async release(): Promise<void> {
    const { session, isProfiled, inTurn } = this.#parts;
    if (isProfiled) session.endProfiling();
    await inTurn(() => session.release());
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
}

/** What a run gives, unless the device is lost before. */
async function whileThere<T>(
  device: Device,
  run: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  try {
    return await Promise.race([run, device.untilLost]);
  } catch (cause) {
    signal?.throwIfAborted();
    // The loss is reported a moment after the failure that it causes.
    await Promise.race([device.untilLost, afterwards()]);
    throw cause;
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
