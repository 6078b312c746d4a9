import {
  type DataType,
  type Dim,
  type Graph,
  GraphCompileError,
  type GraphNode,
  type OperationAttributes,
  type OperationName,
} from "@glissade/graph";
import {
  type AxisOrder,
  arrange,
  positionOf,
  rowMajor,
  sameOrder,
  withoutAxes,
} from "./axis-order.ts";
import { layoutRules } from "./layout-rules.ts";

/**
 * One operation as it is run: axes are positions in memory, images have their channels last and
 * kernels are [height, width, in, out].
 */
export type PlanStep = {
  [K in OperationName]: {
    readonly operation: K;
    readonly inputs: readonly string[];
    readonly output: string;
    readonly attributes: OperationAttributes[K];
    readonly dtype: DataType;
    /** The output's lengths as they lie in memory. */
    readonly dims: readonly Dim[];
  };
}[OperationName];

/** A graph in the order in which TensorFlow.js computes fast. */
export interface Plan {
  /** What depends on weights and constants alone, done once. */
  readonly preparation: readonly PlanStep[];
  readonly steps: readonly PlanStep[];
  /** In the graph's own order of axes. */
  readonly outputs: readonly {
    readonly name: string;
    readonly value: string;
    readonly dtype: DataType;
    readonly dims: readonly Dim[];
  }[];
}

export interface PlanOptions {
  /**
   * Whether matrix products of transposed operands are as fast as others; where not, the operands
   * are transposed first (weights once, before any run).
   */
  readonly transposedProducts: boolean;
}

/**
 * Decides how every value lies in memory and writes a graph's operations for it. Images are kept
 * with their channels last from their first convolution on; transposes and most reshapes then only
 * rename axes. What is left is a copy where an image enters, one where it leaves, and those that
 * attention cannot do without.
 */
export function planLayout(graph: Graph, options: PlanOptions): Plan {
  const planner = new LayoutPlanner(graph, options);
  for (const node of graph.nodes) planner.plan(node);
  return planner.finish();
}

/**
 * A graph's value as it lies in memory: several may share one, each with names of its own for the
 * axes.
 */
export interface Placement {
  readonly value: string;
  readonly order: AxisOrder;
}

export class LayoutPlanner {
  readonly options: PlanOptions;
  readonly #graph: Graph;
  readonly #placements = new Map<string, Placement>();
  /** Lengths of every value in memory, by its name there. */
  readonly #memoryDims = new Map<string, readonly Dim[]>();
  readonly #fixed = new Set<string>();
  readonly #preparation: PlanStep[] = [];
  readonly #steps: PlanStep[] = [];

  constructor(graph: Graph, options: PlanOptions) {
    this.#graph = graph;
    this.options = options;
    const fixed = [...graph.parameters.map(({ value }) => value), ...graph.constants.keys()];
    for (const value of fixed) this.#fixed.add(value);
    for (const value of [...graph.inputs.map(({ name }) => name), ...fixed]) {
      const { dims } = this.typeOf(value);
      this.#placements.set(value, { value, order: rowMajor(dims.length) });
      this.#memoryDims.set(value, dims);
    }
  }

  plan(node: GraphNode): void {
    // The rule found by a node's operation takes such nodes, which TypeScript cannot follow through
    // a lookup by a union of names.
    const rule = layoutRules[node.operation] as (
      planner: LayoutPlanner,
      node: GraphNode,
    ) => Placement;
    this.#placements.set(node.output, rule(this, node));
  }

  finish(): Plan {
    const outputs = this.#graph.outputs.map(({ name, value }) => {
      const { dims, dtype } = this.typeOf(value);
      return { name, value: this.inOrder(value, rowMajor(dims.length)), dtype, dims };
    });
    return { preparation: this.#preparation, steps: this.#steps, outputs };
  }

  typeOf(value: string): { readonly dims: readonly Dim[]; readonly dtype: DataType } {
    const type = this.#graph.types.get(value);
    if (!type)
      throw new GraphCompileError(
        `The graph reads ${JSON.stringify(value)}, which nothing defines.`,
      );
    return type;
  }

  placementOf(value: string): Placement {
    const placement = this.#placements.get(value);
    if (!placement)
      throw new GraphCompileError(`The graph reads ${JSON.stringify(value)} before it is defined.`);
    return placement;
  }

  /**
   * Whether a value depends on weights and constants alone: another order then costs nothing in a
   * run.
   */
  isFixed(value: string): boolean {
    return this.#fixed.has(this.placementOf(value).value);
  }

  /**
   * Writes a node's step: what it reads by its names in memory, the order of its output, and its
   * attributes where they differ there.
   */
  emit<Node extends GraphNode>(
    node: Node,
    {
      inputs,
      order,
      attributes,
    }: { inputs: readonly string[]; order: AxisOrder; attributes?: Node["attributes"] },
  ): Placement {
    const { dims, dtype } = this.typeOf(node.output);
    // A node's attributes stay those of its operation, which the spread hides from TypeScript.
    this.#write({
      ...node,
      inputs,
      attributes: attributes ?? node.attributes,
      dtype,
      dims: arrange(dims, order),
    } as PlanStep);
    return { value: node.output, order };
  }

  /**
   * The name in memory of a value in an order; a copy is written where it lies in another, once.
   */
  inOrder(value: string, order: AxisOrder): string {
    const placement = this.placementOf(value);
    return sameOrder(placement.order, order)
      ? placement.value
      : this.#copyOf(placement, order, this.typeOf(value).dtype);
  }

  inRowMajor(values: readonly string[]): string[] {
    return values.map((value) => this.inOrder(value, rowMajor(this.typeOf(value).dims.length)));
  }

  /**
   * The same for an operand that is broadcast to more axes: axes of length 1 stand where the order
   * has those that it lacks.
   */
  broadcastable(value: string, order: AxisOrder): string {
    const { length: rank } = this.typeOf(value).dims;
    const missing = rowMajor(order.length - rank);
    const name = this.inOrder(value, withoutAxes(order, missing));
    if (rank === 0 || missing.every((axis) => order[axis] === axis)) return name;
    const dims = this.#dimsInMemory(name);
    const ofAxis = new Map(
      withoutAxes(order, missing).map((axis, position) => [
        axis + missing.length,
        dims[position] as Dim,
      ]),
    );
    return this.#reshaped(
      name,
      order.map((axis) => ofAxis.get(axis) ?? 1),
      this.typeOf(value).dtype,
    );
  }

  #copyOf({ value, order }: Placement, target: AxisOrder, dtype: DataType): string {
    const dims = this.#dimsInMemory(value);
    const permutation = target.map((axis) => positionOf(order, axis));
    const moved = permutation.filter((position) => dims[position] !== 1);
    const arranged = arrange(dims, permutation);
    if (moved.every((position, i) => i === 0 || position > (moved[i - 1] ?? 0)))
      return this.#reshaped(value, arranged, dtype);
    const name = `${value}@${permutation.join(".")}`;
    return this.#once(name, () =>
      this.#write({
        operation: "transpose",
        output: name,
        inputs: [value],
        attributes: { permutation },
        dtype,
        dims: arranged,
      }),
    );
  }

  #reshaped(value: string, dims: readonly Dim[], dtype: DataType): string {
    const name = `${value}[${dims.join(",")}]`;
    return this.#once(name, () =>
      this.#write({
        operation: "reshape",
        output: name,
        inputs: [value],
        attributes: { dims },
        dtype,
        dims,
      }),
    );
  }

  #once(name: string, write: () => void): string {
    if (!this.#memoryDims.has(name)) write();
    return name;
  }

  #dimsInMemory(value: string): readonly Dim[] {
    return this.#memoryDims.get(value) ?? [];
  }

  #write(step: PlanStep): void {
    const fixed =
      // which would only take memory
      step.inputs.every((input) => this.#fixed.has(input)) && step.operation !== "broadcastTo";
    if (fixed) this.#fixed.add(step.output);
    (fixed ? this.#preparation : this.#steps).push(step);
    this.#memoryDims.set(step.output, step.dims);
  }
}
