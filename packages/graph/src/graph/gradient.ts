import { sizeOf } from "../tensor.ts";
import { GraphBuilder, type Value } from "./builder.ts";
import type { Graph, GraphNode } from "./graph.ts";
import { GraphError } from "./operations/operation.ts";
import { definitionOf } from "./operations/table.ts";
import { simplify } from "./simplify.ts";

export interface GradientOptions {
  /**
   * The graph's output that is differentiated. With more than one element it takes a `cotangent`.
   */
  readonly of: string;
  /** Names of inputs and parameters; each gets an output `grad.<name>`. */
  readonly withRespectTo: readonly string[];
  /**
   * Name of a new input of the output's shape: the gradients are those of sum(output * cotangent).
   * Needless for a scalar output.
   */
  readonly cotangent?: string;
}

/**
 * Appends the reverse-mode derivative: the same graph with one more output, `grad.<name>`, for each
 * name asked. The derivative is made of ordinary operations, so every backend runs it; what only
 * the forward pass needed is dropped by `simplify` if the caller removes those outputs.
 *
 * @throws GraphError where a name is unknown or the output does not depend on it.
 * @see Griewank & Walther 2008, Evaluating Derivatives, section 3.2 (adjoints by one reverse sweep)
 * @example `gradient(graph, { of: "loss", withRespectTo: ["x"] })`
 */
export function gradient(graph: Graph, { of, withRespectTo, cotangent }: GradientOptions): Graph {
  const g = GraphBuilder.from(graph);
  const output = graph.outputs.find(({ name }) => name === of);
  if (!output)
    throw new GraphError(
      `The graph has no output ${JSON.stringify(of)}; it has ${graph.outputs.map(({ name }) => name).join(", ")}.`,
    );
  const target = g.value(output.value);
  const sources = new Map(withRespectTo.map((name) => [name, sourcesOf(graph, name)]));
  const needed = dependents(graph, new Set([...sources.values()].flat()));

  const adjoints = new Map<string, Value>([[target.name, seed(g, target, cotangent)]]);
  for (const node of [...graph.nodes].reverse()) {
    const dy = adjoints.get(node.output);
    if (dy && needed.has(node.output)) propagate(g, node, dy, needed, adjoints);
  }
  for (const [name, values] of sources)
    g.output(`grad.${name}`, totalGradient(g, name, values, adjoints));
  return simplify(g.build());
}

/** The cotangent input, or 1 for a scalar. */
function seed(g: GraphBuilder, target: Value, cotangent: string | undefined): Value {
  if (cotangent !== undefined) return g.input(cotangent, target.dims);
  if (target.dims.some((dim) => dim !== 1))
    throw new GraphError(
      `The output has shape [${target.dims.join(", ")}]: name a cotangent, or differentiate a scalar.`,
    );
  return g.broadcastTo(g.scalar(1), target.dims);
}

function propagate(
  g: GraphBuilder,
  node: GraphNode,
  dy: Value,
  needed: ReadonlySet<string>,
  adjoints: Map<string, Value>,
): void {
  const gradients = definitionOf(node.operation).gradient({
    g,
    inputs: node.inputs.map((name) => g.value(name)),
    output: g.value(node.output),
    dy,
    attributes: node.attributes,
    needed: node.inputs.map((name) => needed.has(name)),
  });
  node.inputs.forEach((name, i) => {
    const contribution = gradients[i];
    if (!contribution || !needed.has(name)) return;
    const sum = adjoints.get(name);
    adjoints.set(name, sum ? g.add(sum, contribution) : contribution);
  });
}

/** The values that carry an input or (in any of its views) a parameter. */
function sourcesOf(graph: Graph, name: string): string[] {
  if (graph.inputs.some((input) => input.name === name)) return [name];
  const views = graph.parameters
    .filter((parameter) => parameter.name === name)
    .map(({ value }) => value);
  if (views.length === 0)
    throw new GraphError(`The graph has no input or parameter ${JSON.stringify(name)}.`);
  return views;
}

/** Every value that depends on one of the sources, the sources included. */
function dependents(graph: Graph, sources: ReadonlySet<string>): Set<string> {
  const found = new Set(sources);
  for (const node of graph.nodes)
    if (node.inputs.some((name) => found.has(name))) found.add(node.output);
  return found;
}

function totalGradient(
  g: GraphBuilder,
  name: string,
  values: readonly string[],
  adjoints: ReadonlyMap<string, Value>,
): Value {
  const parts = values.flatMap((value) => adjoints.get(value) ?? []);
  const [first, ...rest] = parts;
  if (!first) throw new GraphError(`The output does not depend on ${JSON.stringify(name)}.`);
  const elements = (dims: Value["dims"]) => sizeOf(dims.filter((dim) => typeof dim === "number"));
  if (rest.some((part) => elements(part.dims) !== elements(first.dims)))
    throw new GraphError(`The views of ${name} differ in size.`);
  return rest.reduce((sum, part) => g.add(sum, g.reshape(part, first.dims)), first);
}
