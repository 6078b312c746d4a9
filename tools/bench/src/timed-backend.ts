import type { Backend } from "@glissade/core";
import type { Executable } from "@glissade/graph";

/** Milliseconds spent inside executables since the last reset. */
export interface NetworkClock {
  milliseconds: number;
  runs: number;
}

/**
 * The same backend with a clock around every run: what is left of a step's time is what happens
 * around the network.
 */
export function timedBackend(backend: Backend, clock: NetworkClock): Backend {
  return {
    specificationVersion: backend.specificationVersion,
    get name() {
      return backend.name;
    },
    get provider() {
      return backend.provider;
    },
    compile: async (...parameters) => timedExecutable(await backend.compile(...parameters), clock),
    dispose: () => backend.dispose(),
  };
}

function timedExecutable(executable: Executable, clock: NetworkClock): Executable {
  return {
    async run(...parameters) {
      const start = performance.now();
      try {
        return await executable.run(...parameters);
      } finally {
        clock.milliseconds += performance.now() - start;
        clock.runs += 1;
      }
    },
    dispose: () => executable.dispose(),
  };
}
