import { createHash } from "node:crypto";
import type { WeightSource } from "@glissade/graph";

/**
 * SHA-256 of names, types, shapes and bytes of all weights, in the order of their names: the same
 * for the same weights, whatever file they lie in.
 */
export async function sha256OfWeights(weights: WeightSource): Promise<string> {
  const hash = createHash("sha256");
  for (const name of [...weights.names].sort()) {
    const { dtype, dims } = weights.describe(name) ?? {};
    hash.update(JSON.stringify([name, dtype, dims]));
    hash.update(await weights.read(name));
  }
  return hash.digest("hex");
}
