import { display, InvalidArgumentError, UnknownNameError } from "../errors.ts";
import type { Dim, Graph } from "../graph/graph.ts";
import { type AnyTensor, sizeOf } from "../tensor.ts";

/** How long a symbolic axis is in a run, and the input that says so. */
interface BoundLength {
  readonly length: number;
  readonly input: string;
}

export type SymbolicLengths = ReadonlyMap<string, BoundLength>;

/**
 * Checks a run's inputs against the graph's, and tells the lengths of its symbolic axes. For
 * backends.
 *
 * @throws InvalidArgumentError where one is missing, or has another type or shape than the graph
 * says, or two give one symbolic length different values.
 * @throws UnknownNameError for an input that the graph does not have.
 */
export function bindInputs(
  graph: Graph,
  inputs: Readonly<Record<string, AnyTensor>>,
): SymbolicLengths {
  const known = graph.inputs.map(({ name }) => name);
  for (const name of Object.keys(inputs))
    if (!known.includes(name))
      throw new UnknownNameError({ kind: "graph input", asked: name, known });
  const lengths = new Map<string, BoundLength>();
  for (const { name, dtype, dims } of graph.inputs) {
    const value = inputs[name];
    const expected = `a ${dtype} tensor of shape [${dims.join(", ")}]`;
    if (value === undefined)
      throw new InvalidArgumentError({ argument: `inputs.${name}`, received: value, expected });
    if (
      value.dtype !== dtype ||
      !fits(value.dims, dims) ||
      value.data.length !== sizeOf(value.dims)
    ) {
      throw new InvalidArgumentError({
        argument: `inputs.${name}`,
        received: describe(value),
        expected,
      });
    }
    bindLengths(lengths, name, dims, value.dims);
  }
  return lengths;
}

/** A shape with the lengths of its symbolic axes filled in. */
export function boundDims(dims: readonly Dim[], lengths: SymbolicLengths): number[] {
  return dims.map((dim) => {
    const length = typeof dim === "number" ? dim : lengths.get(dim)?.length;
    if (length === undefined)
      throw new InvalidArgumentError({
        argument: "inputs",
        received: `no length of ${dim}`,
        expected: "an input that fixes it",
      });
    return length;
  });
}

function fits(given: readonly number[], dims: readonly Dim[]): boolean {
  return (
    given.length === dims.length &&
    dims.every((dim, axis) => typeof dim === "string" || dim === given[axis])
  );
}

function bindLengths(
  lengths: Map<string, BoundLength>,
  input: string,
  dims: readonly Dim[],
  given: readonly number[],
): void {
  for (const [axis, dim] of dims.entries()) {
    const length = given[axis];
    if (typeof dim !== "string" || length === undefined) continue;
    const bound = lengths.get(dim);
    if (bound && bound.length !== length) {
      const expected = `a length of ${bound.length} along axis ${axis}, because ${dim} is ${bound.length} in inputs.${bound.input}`;
      throw new InvalidArgumentError({
        argument: `inputs.${input}`,
        received: `a tensor of shape [${given.join(", ")}]`,
        expected,
      });
    }
    lengths.set(dim, { length, input });
  }
}

function describe(value: AnyTensor): string {
  if (!Array.isArray(value.dims) || !ArrayBuffer.isView(value.data)) return display(value);
  return `a ${value.dtype} tensor of shape [${value.dims.join(", ")}] with ${value.data.length} elements`;
}
