import { WeightsError } from "@glissade/graph";
import { PickleTuple, type PickleValue } from "./pickle-values.ts";
import { StridedTensor } from "./torch-objects.ts";

/**
 * A value may be shared by many containers, so a small file can describe a tree without end; these
 * end it.
 */
const limits = { visits: 1_000_000, depth: 64, tensors: 100_000, name: 4096 } as const;

/**
 * The tensors of a checkpoint by their path in it, the parts joined by `/`: `state/0/exp_avg`.
 * Other values are left out. A file that is one tensor and nothing else gives it the name `tensor`.
 *
 * @throws WeightsError where two tensors get one name or the object does not end.
 */
export function flattenTensors(root: PickleValue, label: string): Map<string, StridedTensor> {
  const tensors = new Map<string, StridedTensor>();
  let visits = 0;
  const fail = (reason: string): never => {
    throw new WeightsError({
      file: label,
      reason,
      advice: "The file is damaged or was made to deceive.",
    });
  };
  const visit = (value: PickleValue, path: string, depth: number): void => {
    if (++visits > limits.visits) fail(`its object has more than ${limits.visits} parts`);
    if (depth > limits.depth) fail(`its object is nested deeper than ${limits.depth} levels`);
    if (path.length > limits.name)
      fail(`a path in its object is longer than ${limits.name} characters`);
    if (value instanceof StridedTensor) {
      const name = path || "tensor";
      if (tensors.has(name)) fail(`two tensors have the name ${JSON.stringify(name)}`);
      if (tensors.size >= limits.tensors) fail(`it has more than ${limits.tensors} tensors`);
      tensors.set(name, value);
      return;
    }
    for (const [key, child] of childrenOf(value))
      visit(child, path ? `${path}/${key}` : String(key), depth + 1);
  };
  visit(root, "", 0);
  return tensors;
}

function childrenOf(
  value: PickleValue,
): Iterable<readonly [string | number | bigint, PickleValue]> {
  if (value instanceof Map) return value;
  if (value instanceof PickleTuple) return value.items.entries();
  return Array.isArray(value) ? value.entries() : [];
}
