import {
  type AnyTensor,
  bytesOfTensor,
  type Dim,
  type Graph,
  GraphCompileError,
  type GraphNode,
  type OperationName,
  type ValueType,
  type WeightSource,
} from "@glissade/graph";
import {
  elementType,
  encodeModel,
  nodeName,
  type OnnxInitializer,
  type OnnxNode,
} from "./model-proto.ts";
import {
  node,
  type OnnxOperation,
  type OnnxScope,
  type OperationCall,
  type OperationKernel,
  operationKernels,
} from "./operation-kernels.ts";
import { weightInitializers } from "./weight-initializers.ts";

export interface OnnxModelOptions {
  /** The model's name for its graph. */
  readonly name?: string;
  /**
   * Whether the shapes of intermediate values are written as constants. Default true. ONNX Runtime
   * gives a buffer whose value is dead to a later value of the same known shape, and holds it until
   * then: in a training graph from the forward to the backward pass, a quarter of its memory. With
   * false, lengths of reshapes are worked out when the model runs, and a buffer is given back as
   * soon as its value is dead.
   */
  readonly fixedShapes?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A graph in ONNX's format. */
export interface OnnxModelFile {
  /** The bytes of an `.onnx` file: the graph and its small constants, not its weights. */
  readonly bytes: Uint8Array;
  /**
   * The folder to which the weights' locations in the model are relative; undefined where no weight
   * lies in a file.
   */
  readonly weightsDirectory: string | undefined;
  /** Weights that lie in no file, by the location that the model names. */
  readonly externalData: readonly { readonly path: string; readonly data: Uint8Array }[];
  /**
   * The ONNX name of each result by its name in the graph. They differ only where a result's name
   * is taken by an input.
   */
  readonly outputNames: ReadonlyMap<string, string>;
  /**
   * Names of the nodes that are too coarse on graphics devices: WGSL allows sine and cosine an
   * error of 2^-11, and any beyond pi, where timestep embeddings take angles to 1000.
   */
  readonly angleNodes: readonly string[];
}

/**
 * Writes a graph as an ONNX model of standard operators (operator set 20). Weights stay where they
 * are: the model refers to those that lie in a `.safetensors` or `.pt` file by byte offset.
 *
 * @throws WeightsError where a weight is missing or does not fit. @throws GraphCompileError where
 * the graph cannot be written.
 * @example
 * ```ts
 * const { bytes } = await toOnnxModel(graph, await openWeights("model.safetensors"));
 * await writeFile("model.onnx", bytes); // beside model.safetensors
 * ```
 */
export async function toOnnxModel(
  graph: Graph,
  weights: WeightSource,
  { name = "graph", fixedShapes = true, signal }: OnnxModelOptions = {},
): Promise<OnnxModelFile> {
  const placed = await weightInitializers(graph.parameters, weights, signal);
  const writer = new ModelWriter(graph, fixedShapes);
  for (const initializer of placed.initializers) writer.weight(initializer);
  for (const [value, constant] of graph.constants) writer.constant(value, constant);
  for (const graphNode of graph.nodes) writer.operation(graphNode);
  const outputs = writer.outputs();
  const bytes = encodeModel({
    name,
    inputs: writer.inputs(),
    outputs: [...outputs].map(([output, onnxName]) => ({
      name: onnxName,
      ...writer.outputType(output),
    })),
    initializers: writer.initializers,
    nodes: writer.nodes,
  });
  const angleNodes = writer.nodes.flatMap((written, index) =>
    written.operator === "Sin" || written.operator === "Cos" ? [nodeName(written, index)] : [],
  );
  return {
    bytes,
    weightsDirectory: placed.directory,
    externalData: placed.externalData,
    outputNames: outputs,
    angleNodes,
  };
}

/** Collects a model's nodes and constants, and gives every value its ONNX name. */
class ModelWriter implements OnnxScope {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxInitializer[] = [];
  readonly #graph: Graph;
  readonly #taken: Set<string>;
  readonly #names = new Map<string, string>();
  readonly #vectors = new Map<string, string>();
  readonly #fixedShapes: boolean;

  constructor(graph: Graph, fixedShapes: boolean) {
    this.#graph = graph;
    this.#fixedShapes = fixedShapes;
    this.#taken = new Set([...graph.inputs, ...graph.outputs].map(({ name }) => name));
    for (const { name } of graph.inputs) this.#names.set(name, name);
    // A result is computed under its public name, which saves a copy; a second name for it is one.
    const computed = new Set(graph.nodes.map(({ output }) => output));
    const inputs = new Set(this.#names.keys());
    for (const { name, value } of graph.outputs) {
      if (computed.has(value) && !this.#names.has(value) && !inputs.has(name))
        this.#names.set(value, name);
    }
  }

  weight(initializer: OnnxInitializer): void {
    const { name: value } = initializer;
    const { dtype } = this.#type(value);
    if (dtype === initializer.dtype) {
      this.initializers.push({ ...initializer, name: this.#name(value) });
      return;
    }
    const stored = this.#fresh(`${value}.stored`);
    this.initializers.push({ ...initializer, name: stored });
    this.#define(this.#name(value), node("Cast", [stored], { to: { int: elementType[dtype] } }));
  }

  constant(value: string, constant: AnyTensor): void {
    this.initializers.push({
      name: this.#name(value),
      dtype: constant.dtype,
      dims: constant.dims,
      content: { bytes: bytesOfTensor(constant) },
    });
  }

  operation(graphNode: GraphNode): void {
    // GraphNode pairs each operation with its own attributes, which TypeScript cannot follow
    // through the lookup of a kernel by a union of names.
    const kernel = operationKernels[graphNode.operation] as OperationKernel<OperationName>;
    this.#define(this.#name(graphNode.output), kernel(this.#call(graphNode), this));
  }

  /** The first has a length that is not known beforehand where shapes are not fixed. */
  inputs(): Graph["inputs"] {
    if (this.#fixedShapes) return this.#graph.inputs;
    return this.#graph.inputs.map((input, index) =>
      index === 0
        ? {
            ...input,
            dims: input.dims.map((dim, axis) =>
              axis === 0 && typeof dim === "number" ? "length" : dim,
            ),
          }
        : input,
    );
  }

  /**
   * The ONNX name of each result; results that are not computed (an input, a constant, a second
   * name) are copied.
   */
  outputs(): Map<string, string> {
    const inputs = new Set(this.#graph.inputs.map(({ name }) => name));
    return new Map(
      this.#graph.outputs.map(({ name, value }) => {
        if (this.#name(value) === name && !inputs.has(name)) return [name, name];
        const copy = inputs.has(name) ? this.#fresh(`${name}.result`) : name;
        this.#define(copy, node("Identity", [this.#name(value)]));
        return [name, copy];
      }),
    );
  }

  outputType(output: string): ValueType {
    return this.#type(this.#graph.outputs.find(({ name }) => name === output)?.value ?? output);
  }

  emit(operation: OnnxOperation): string {
    const name = this.#fresh(`t${this.nodes.length}`);
    this.#define(name, operation);
    return name;
  }

  integers(values: readonly number[]): string {
    return this.#vector(
      "int64",
      values,
      () => new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
    );
  }

  floats(values: readonly number[]): string {
    return this.#vector("float32", values, () => new Uint8Array(Float32Array.from(values).buffer));
  }

  shape(dims: readonly Dim[]): string {
    if (dims.every((dim) => typeof dim === "number")) return this.integers(dims);
    return this.emit(
      node(
        "Concat",
        dims.map((dim) => (typeof dim === "number" ? this.integers([dim]) : this.#lengthOf(dim))),
        { axis: { int: 0 } },
      ),
    );
  }

  reshapeLengths(lengths: readonly number[]): string {
    const constant = this.integers(lengths);
    const [first] = this.#graph.inputs;
    if (this.#fixedShapes || !first || first.dims.length === 0) return constant;
    const one = this.#once("one", () => {
      const length = this.emit(node("Shape", [first.name], { start: { int: 0 }, end: { int: 1 } }));
      return node("Min", [length, this.integers([1])]);
    });
    return this.#once(`times one:${constant}`, () => node("Mul", [constant, one]));
  }

  #call({ inputs, output, attributes }: GraphNode): OperationCall<OperationName> {
    const valueAt = (index: number) => {
      const value = inputs[index];
      if (value === undefined)
        throw new GraphCompileError(
          `The node that defines ${JSON.stringify(output)} has ${inputs.length} inputs and needs ${index + 1}.`,
        );
      return value;
    };
    return {
      inputs: inputs.map((value) => this.#name(value)),
      attributes,
      outputType: this.#type(output),
      input: (index) => this.#name(valueAt(index)),
      inputType: (index) => this.#type(valueAt(index)),
    };
  }

  #define(name: string, { operator, inputs, attributes }: OnnxOperation): void {
    this.nodes.push({ operator, inputs, outputs: [name], attributes });
  }

  #vector(dtype: "int64" | "float32", values: readonly number[], bytes: () => Uint8Array): string {
    const key = `${dtype}:${values.join()}`;
    const known = this.#vectors.get(key);
    if (known !== undefined) return known;
    const name = this.#fresh(`c${this.#vectors.size}`);
    this.#vectors.set(key, name);
    this.initializers.push({ name, dtype, dims: [values.length], content: { bytes: bytes() } });
    return name;
  }

  /** An operation that is written when its vector is asked for first. */
  #once(key: string, operation: () => OnnxOperation): string {
    const name = this.#vectors.get(key) ?? this.emit(operation());
    this.#vectors.set(key, name);
    return name;
  }

  /**
   * A symbolic length as an int64 vector of one element, read from the first input that carries the
   * symbol.
   */
  #lengthOf(symbol: string): string {
    return this.#once(`length:${symbol}`, () => {
      const input = this.#graph.inputs.find(({ dims }) => dims.includes(symbol));
      if (!input)
        throw new GraphCompileError(
          `No input of the graph carries the symbolic length ${JSON.stringify(symbol)}.`,
        );
      const axis = input.dims.indexOf(symbol);
      return node("Shape", [input.name], { start: { int: axis }, end: { int: axis + 1 } });
    });
  }

  #type(value: string): ValueType {
    const type = this.#graph.types.get(value);
    if (!type) throw new GraphCompileError(`The graph has no value ${JSON.stringify(value)}.`);
    return type;
  }

  #name(value: string): string {
    const known = this.#names.get(value);
    if (known !== undefined) return known;
    const name = this.#fresh(value);
    this.#names.set(value, name);
    return name;
  }

  #fresh(wish: string): string {
    let name = wish;
    while (this.#taken.has(name)) name += "'";
    this.#taken.add(name);
    return name;
  }
}
