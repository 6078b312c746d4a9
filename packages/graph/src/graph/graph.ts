import type { AnyTensor, DataType } from "../tensor.ts";
import type { OperationAttributes, OperationName } from "./operations/attributes.ts";

/**
 * The length of an axis: a number, or a name for one that is known only at run time (`"batch"`).
 */
export type Dim = number | string;

/** What is known of a value before anything runs. */
export interface ValueType {
  readonly dtype: DataType;
  readonly dims: readonly Dim[];
}

/** One operation: it reads earlier values by name and defines one new value. */
export type GraphNode = {
  [K in OperationName]: {
    readonly operation: K;
    readonly inputs: readonly string[];
    readonly output: string;
    readonly attributes: OperationAttributes[K];
  };
}[OperationName];

/**
 * A named weight. `dims` may be another view of the stored shape with the same elements (a `[C, C,
 * 1]` weight used as `[C, C, 1, 1]`).
 */
export interface GraphParameter {
  /** Name in the checkpoint's state dict. */
  readonly name: string;
  readonly value: string;
  readonly dims: readonly number[];
}

/**
 * A network as data: typed operations in the order in which they can run, over named values. From
 * this one description a backend makes something that runs, `gradient` makes the graph of its
 * derivative, and `evaluate` computes it in float64 for the tests.
 */
export interface Graph {
  readonly inputs: readonly ({ readonly name: string } & ValueType)[];
  /** Public name of each result and the value that holds it. */
  readonly outputs: readonly { readonly name: string; readonly value: string }[];
  readonly parameters: readonly GraphParameter[];
  readonly constants: ReadonlyMap<string, AnyTensor>;
  readonly nodes: readonly GraphNode[];
  /** The type of every value: inputs, parameters, constants and nodes' outputs. */
  readonly types: ReadonlyMap<string, ValueType>;
}
