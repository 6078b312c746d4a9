import type { AnyTensor } from "@glissade/core";
import { type Graph, type WeightSource, weightsFromTensors } from "@glissade/graph";
import type { CaseContext } from "./case.ts";

/**
 * Compiles a graph on the backend under test and runs it once. Inputs that the graph does not name
 * are left out.
 */
export async function runGraph(
  { backend }: CaseContext,
  graph: Graph,
  inputs: ReadonlyMap<string, AnyTensor>,
  weights: WeightSource | ReadonlyMap<string, AnyTensor>,
): Promise<Map<string, AnyTensor>> {
  const executable = await backend.compile(
    graph,
    "describe" in weights ? weights : weightsFromTensors(weights),
  );
  try {
    const fed = graph.inputs.flatMap(({ name }) => {
      const value = inputs.get(name);
      return value ? [[name, value] as const] : [];
    });
    return new Map(Object.entries(await executable.run(Object.fromEntries(fed))));
  } finally {
    await executable.dispose();
  }
}
