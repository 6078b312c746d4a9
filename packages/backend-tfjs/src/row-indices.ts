import {
  type AnyTensor,
  boundDims,
  type Dim,
  type Graph,
  type GraphNode,
  InvalidArgumentError,
  type SymbolicLengths,
} from "@glissade/graph";

/** An input whose numbers say which rows of a table are read or added to. */
export interface RowIndices {
  readonly input: string;
  /** How many rows the table has. */
  readonly rows: Dim;
}

/**
 * The inputs of a graph that are row indices, as they are or after operations that keep their
 * numbers.
 */
export function rowIndicesOf(graph: Graph): readonly RowIndices[] {
  const inputs = new Set(graph.inputs.map(({ name }) => name));
  const sources = new Map(
    graph.nodes.flatMap(({ operation, inputs: [source = ""], output }) =>
      keepsNumbers.has(operation) ? [[output, source]] : [],
    ),
  );
  return graph.nodes.flatMap((node) => {
    const indexed = indexing(graph, node);
    let source = indexed?.indices;
    while (source !== undefined && sources.has(source)) source = sources.get(source);
    return indexed && source !== undefined && inputs.has(source)
      ? [{ input: source, rows: indexed.rows }]
      : [];
  });
}

/**
 * TensorFlow.js does not look where its kernels read and write: rows that a table does not have are
 * zeros on a graphics device, and other memory on WebAssembly.
 *
 * @throws InvalidArgumentError
 */
export function assertRowsExist(
  checked: readonly RowIndices[],
  inputs: Readonly<Record<string, AnyTensor>>,
  lengths: SymbolicLengths,
): void {
  for (const { input, rows } of checked) {
    const [count = 0] = boundDims([rows], lengths);
    const { data = [] } = inputs[input] ?? {};
    for (const index of data) {
      const row = Math.trunc(Number(index));
      if (!(row >= 0 && row < count))
        throw new InvalidArgumentError({
          argument: `inputs.${input}`,
          received: index,
          expected: `row indices from 0 to ${count - 1}, of a table of ${count} rows`,
        });
    }
  }
}

const keepsNumbers: ReadonlySet<string> = new Set<GraphNode["operation"]>([
  "reshape",
  "transpose",
  "broadcastTo",
  "cast",
  "stopGradient",
]);

function indexing(
  graph: Graph,
  node: GraphNode,
): { readonly indices: string | undefined; readonly rows: Dim } | undefined {
  if (node.operation === "scatterAdd")
    return { indices: node.inputs[0], rows: node.attributes.rows };
  if (node.operation !== "gather") return undefined;
  const [table = "", indices] = node.inputs;
  return { indices, rows: graph.types.get(table)?.dims[0] ?? 0 };
}
