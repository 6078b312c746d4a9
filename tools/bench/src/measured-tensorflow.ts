import type * as TensorFlowCore from "@tensorflow/tfjs-core";

type TensorFlow = typeof TensorFlowCore;

/** What a TensorFlow.js was seen to do since the last reset. */
export interface Observation {
  /** In its operations. */
  milliseconds: number;
  operations: number;
  peakTensors: number;
  peakBytes: number;
}

export interface MeasuredTensorFlow {
  readonly tf: TensorFlow;
  readonly observed: Observation;
  countTensors: boolean;
  clockCost(): number;
}

/** What is no operation: it only holds others, or keeps account of tensors. */
const bookkeeping: ReadonlySet<string> = new Set([
  "tidy",
  "keep",
  "memory",
  "customGrad",
  "setBackend",
  "getBackend",
  "backend",
  "findBackendFactory",
]);

/**
 * The same TensorFlow.js with a clock around every operation, so that what is left of a run's time
 * is what happens around them.
 *
 * @param countTensors look at the memory after every operation as well, which takes longer than
 * many of them
 */
export function measuredTensorFlow(tf: TensorFlow): MeasuredTensorFlow {
  const observed: Observation = { milliseconds: 0, operations: 0, peakTensors: 0, peakBytes: 0 };
  const measured = { tf, observed, countTensors: false, clockCost };
  let depth = 0;
  const timed = (operation: (...inputs: unknown[]) => unknown) =>
    function (this: unknown, ...inputs: unknown[]): unknown {
      const begin = performance.now();
      depth++;
      try {
        return operation.apply(this, inputs);
      } finally {
        depth--;
        if (depth === 0) {
          observed.milliseconds += performance.now() - begin;
          observed.operations++;
        }
        if (depth === 0 && measured.countTensors) look();
      }
    };
  /** Milliseconds that a clock takes outside of what it measures: of many around nothing. */
  function clockCost(): number {
    const before = { ...observed };
    const nothing = timed(() => undefined);
    const count = 100_000;
    const begin = performance.now();
    for (let i = 0; i < count; i++) nothing(i, begin);
    const outside = performance.now() - begin - (observed.milliseconds - before.milliseconds);
    Object.assign(observed, before);
    return outside / count;
  }
  const look = () => {
    const { numTensors, numBytes } = tf.memory();
    observed.peakTensors = Math.max(observed.peakTensors, numTensors);
    observed.peakBytes = Math.max(observed.peakBytes, numBytes);
  };
  const withClocks = (module: object): object =>
    Object.fromEntries(
      Object.entries(module).map(([name, member]) => {
        if (typeof member === "object" && member !== null && (name === "image" || name === "fused"))
          return [name, withClocks(member)];
        const isOperation =
          typeof member === "function" && /^[a-z]/.test(name) && !bookkeeping.has(name);
        return [name, isOperation ? timed(member) : member];
      }),
    );
  measured.tf = withClocks(tf) as TensorFlow; // the same members under the same names
  return measured;
}
