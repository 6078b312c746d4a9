import { type AnyTensor, type DataType, sizeOf, tensor } from "../tensor.ts";
import type { Dim, Graph, GraphNode, GraphParameter, ValueType } from "./graph.ts";
import type { OperationAttributes, OperationName } from "./operations/attributes.ts";
import { GraphError, showDims } from "./operations/operation.ts";
import { operationTable } from "./operations/table.ts";

/** A value of a graph under construction. */
export interface Value extends ValueType {
  readonly name: string;
}

/** A value, or a number that stands for a constant. */
export type Operand = Value | number;

/**
 * Writes a graph one operation at a time. Every method infers its result's shape and throws a
 * GraphError at the line that does not fit.
 *
 * @example
 * ```ts
 * const g = new GraphBuilder();
 * const x = g.input("x", ["batch", 3, 64, 64]);
 * g.output("y", g.silu(g.conv2d(x, g.parameter("conv.weight", [8, 3, 3, 3]), undefined, { padding: [1, 1] })));
 * const graph = g.build();
 * ```
 */
export class GraphBuilder {
  readonly #inputs: ({ name: string } & ValueType)[] = [];
  readonly #outputs: { name: string; value: string }[] = [];
  readonly #parameters: GraphParameter[] = [];
  readonly #constants = new Map<string, AnyTensor>();
  readonly #nodes: GraphNode[] = [];
  readonly #types = new Map<string, ValueType>();
  readonly #scalars = new Map<number, Value>();
  #count = 0;

  /** A builder that continues an existing graph; `value` finds what is already there. */
  static from(graph: Graph): GraphBuilder {
    const builder = new GraphBuilder();
    builder.#inputs.push(...graph.inputs);
    builder.#outputs.push(...graph.outputs);
    builder.#parameters.push(...graph.parameters);
    for (const [name, constant] of graph.constants) builder.#constants.set(name, constant);
    builder.#nodes.push(...graph.nodes);
    for (const [name, type] of graph.types) builder.#types.set(name, type);
    builder.#count = graph.types.size;
    return builder;
  }

  /** A value by its name in the graph. @throws GraphError where there is none. */
  value(name: string): Value {
    const type = this.#types.get(name);
    if (!type) throw new GraphError(`The graph has no value ${JSON.stringify(name)}.`);
    return { name, ...type };
  }

  input(name: string, dims: readonly Dim[], dtype: DataType = "float32"): Value {
    this.#inputs.push({ name, dtype, dims });
    return this.#define({ dtype, dims }, name);
  }

  /** A weight by its name in the state dict. Asking twice for one name gives the same value. */
  parameter(name: string, dims: readonly number[]): Value {
    const known = this.#parameters.find(
      (parameter) => parameter.name === name && showDims(parameter.dims) === showDims(dims),
    );
    if (known) return this.value(known.value);
    const value = this.#define({ dtype: "float32", dims }, undefined);
    this.#parameters.push({ name, value: value.name, dims });
    return value;
  }

  constant(value: AnyTensor): Value {
    const defined = this.#define({ dtype: value.dtype, dims: value.dims }, undefined);
    this.#constants.set(defined.name, value);
    return defined;
  }

  /** A float32 constant of shape []. */
  scalar(value: number): Value {
    const known = this.#scalars.get(value);
    if (known) return known;
    const defined = this.constant(tensor([], [value]));
    this.#scalars.set(value, defined);
    return defined;
  }

  output(name: string, value: Value): void {
    if (this.#outputs.some((output) => output.name === name))
      throw new GraphError(`The graph has an output ${JSON.stringify(name)} already.`);
    this.#outputs.push({ name, value: value.name });
  }

  /** A node of a graph that this builder continues: its values' types are known already. */
  append(node: GraphNode): void {
    this.#nodes.push(node);
  }

  build(): Graph {
    return {
      inputs: [...this.#inputs],
      outputs: [...this.#outputs],
      parameters: [...this.#parameters],
      constants: new Map(this.#constants),
      nodes: [...this.#nodes],
      types: new Map(this.#types),
    };
  }

  /** Appends any operation; the named methods below are the convenient form. */
  apply<K extends OperationName>(
    operation: K,
    inputs: readonly Value[],
    attributes: OperationAttributes[K],
  ): Value {
    const output = this.#define(operationTable[operation].shape(inputs, attributes), undefined);
    // TypeScript cannot see that the union's member for `operation` is the one with these
    // attributes.
    this.#nodes.push({
      operation,
      inputs: inputs.map((input) => input.name),
      output: output.name,
      attributes,
    } as GraphNode);
    return output;
  }

  add = (a: Operand, b: Operand): Value => this.#binary("add", a, b);
  sub = (a: Operand, b: Operand): Value => this.#binary("sub", a, b);
  mul = (a: Operand, b: Operand): Value => this.#binary("mul", a, b);
  div = (a: Operand, b: Operand): Value => this.#binary("div", a, b);
  exp = (x: Value): Value => this.apply("exp", [x], {});
  log = (x: Value): Value => this.apply("log", [x], {});
  sqrt = (x: Value): Value => this.apply("sqrt", [x], {});
  sin = (x: Value): Value => this.apply("sin", [x], {});
  cos = (x: Value): Value => this.apply("cos", [x], {});
  tanh = (x: Value): Value => this.apply("tanh", [x], {});
  sigmoid = (x: Value): Value => this.apply("sigmoid", [x], {});
  erf = (x: Value): Value => this.apply("erf", [x], {});
  silu = (x: Value): Value => this.apply("silu", [x], {});
  gelu = (x: Value): Value => this.apply("gelu", [x], {});

  sum(x: Value, axes: readonly number[], { keepDims = false }: { keepDims?: boolean } = {}): Value {
    return this.apply("sum", [x], { axes, keepDims });
  }

  softmax(x: Value, axis: number): Value {
    return this.apply("softmax", [x], { axis });
  }

  matmul(
    a: Value,
    b: Value,
    { transposeA = false, transposeB = false }: { transposeA?: boolean; transposeB?: boolean } = {},
  ): Value {
    return this.apply("matmul", [a, b], { transposeA, transposeB });
  }

  conv2d(
    x: Value,
    weight: Value,
    bias?: Value,
    { stride = 1, padding = [0, 0] }: { stride?: number; padding?: readonly [number, number] } = {},
  ): Value {
    return this.apply("conv2d", bias ? [x, weight, bias] : [x, weight], { stride, padding });
  }

  groupNorm(
    x: Value,
    weight: Value,
    bias: Value,
    { groups = 32, epsilon = 1e-5 }: { groups?: number; epsilon?: number } = {},
  ): Value {
    return this.apply("groupNorm", [x, weight, bias], { groups, epsilon });
  }

  layerNorm(
    x: Value,
    weight: Value,
    bias: Value,
    { epsilon = 1e-5 }: { epsilon?: number } = {},
  ): Value {
    return this.apply("layerNorm", [x, weight, bias], { epsilon });
  }

  reshape(x: Value, dims: readonly Dim[]): Value {
    return showDims(x.dims) === showDims(dims) ? x : this.apply("reshape", [x], { dims });
  }

  transpose(x: Value, permutation: readonly number[]): Value {
    return permutation.every((axis, i) => axis === i)
      ? x
      : this.apply("transpose", [x], { permutation });
  }

  concat(parts: readonly Value[], axis: number): Value {
    const [first] = parts;
    return first && parts.length === 1 ? first : this.apply("concat", parts, { axis });
  }

  /**
   * Elements `start`, `start + step`, ... before `end` (not below zero: an `end` of -1 with a
   * negative step includes element 0).
   */
  slice(x: Value, axis: number, start: number, end: number, step = 1): Value {
    return start === 0 && step === 1 && end === x.dims[axis]
      ? x
      : this.apply("slice", [x], { axis, start, end, step });
  }

  /** Zeros before and after along one axis; negative numbers cut elements off. */
  pad(x: Value, axis: number, before: number, after: number): Value {
    return this.padAxes(
      x,
      x.dims.map((_, i) => (i === axis ? [before, after] : [0, 0])),
    );
  }

  /** Zeros before and after along every axis; negative numbers cut elements off. */
  padAxes(x: Value, pads: readonly (readonly [before: number, after: number])[]): Value {
    return pads.flat().every((pad) => pad === 0) ? x : this.apply("pad", [x], { pads });
  }

  broadcastTo(x: Value, dims: readonly Dim[]): Value {
    return showDims(x.dims) === showDims(dims) ? x : this.apply("broadcastTo", [x], { dims });
  }

  gather = (table: Value, indices: Value): Value => this.apply("gather", [table, indices], {});
  scatterAdd = (indices: Value, updates: Value, rows: number): Value =>
    this.apply("scatterAdd", [indices, updates], { rows });
  where = (condition: Value, a: Value, b: Value): Value =>
    this.apply("where", [condition, a, b], {});
  less = (a: Operand, b: Operand): Value => this.#binary("less", a, b);
  stopGradient = (x: Value): Value => this.apply("stopGradient", [x], {});
  cast = (x: Value, to: DataType): Value => (x.dtype === to ? x : this.apply("cast", [x], { to }));
  upsampleNearest = (x: Value, factor = 2): Value => this.apply("upsampleNearest", [x], { factor });
  averagePool = (x: Value, factor = 2): Value => this.apply("averagePool", [x], { factor });

  #binary(operation: "add" | "sub" | "mul" | "div" | "less", a: Operand, b: Operand): Value {
    return this.apply(
      operation,
      [typeof a === "number" ? this.scalar(a) : a, typeof b === "number" ? this.scalar(b) : b],
      {},
    );
  }

  #define(type: ValueType, name = this.#freshName()): Value {
    if (this.#types.has(name))
      throw new GraphError(`The graph has a value ${JSON.stringify(name)} already.`);
    this.#types.set(name, { dtype: type.dtype, dims: [...type.dims] });
    return { name, dtype: type.dtype, dims: [...type.dims] };
  }

  /**
   * Simplifying a graph leaves gaps in its numbering, so a continued graph may hold any name
   * already.
   */
  #freshName(): string {
    while (this.#types.has(`v${this.#count}`)) this.#count++;
    return `v${this.#count++}`;
  }
}

/** Number of elements of a parameter, for counting a network's weights. */
export function parameterCount(graph: Graph): number {
  const sizes = new Map(graph.parameters.map(({ name, dims }) => [name, sizeOf(dims)]));
  return [...sizes.values()].reduce((total, size) => total + size, 0);
}
