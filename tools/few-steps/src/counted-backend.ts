import type { Backend } from "@glissade/core";

/** How often each graph was run, by the name under which it was compiled. */
export type RunCounts = Map<string, number>;

/**
 * The same backend, counting: a sampler's evaluations are counted where they happen, not derived
 * from what the sampler says of itself.
 */
export function countedBackend(backend: Backend, counts: RunCounts): Backend {
  return {
    specificationVersion: backend.specificationVersion,
    get name() {
      return backend.name;
    },
    get provider() {
      return backend.provider;
    },
    async compile(graph, weights, options) {
      const executable = await backend.compile(graph, weights, options);
      const name = options?.name ?? "";
      return {
        run(inputs, runOptions) {
          counts.set(name, (counts.get(name) ?? 0) + 1);
          return executable.run(inputs, runOptions);
        },
        dispose: () => executable.dispose(),
      };
    },
    dispose: () => backend.dispose(),
  };
}
