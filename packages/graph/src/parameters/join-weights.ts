import type { WeightSource } from "./weight-source.ts";
import { WeightsError } from "./weights-error.ts";

/**
 * Several sets of weights as one, each name after its set's prefix. Disposing of it disposes of
 * all.
 *
 * @example `joinWeights({ "": unet, "clip.": clip })`
 */
export function joinWeights(sources: Readonly<Record<string, WeightSource>>): WeightSource {
  const owners = new Map(
    Object.entries(sources).flatMap(([prefix, source]) =>
      source.names.map((name) => [`${prefix}${name}`, { source, name }] as const),
    ),
  );
  return {
    names: [...owners.keys()],
    describe(name) {
      const owner = owners.get(name);
      return owner?.source.describe(owner.name);
    },
    locate(name) {
      const owner = owners.get(name);
      return owner?.source.locate(owner.name);
    },
    async read(name) {
      const owner = owners.get(name);
      if (!owner) throw new WeightsError({ tensor: name, reason: "there is no such weight" });
      return owner.source.read(owner.name);
    },
    async dispose() {
      await Promise.all(Object.values(sources).map((source) => source.dispose()));
    },
  };
}
