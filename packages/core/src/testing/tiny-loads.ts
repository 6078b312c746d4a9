import { type Backend, interpreter } from "@glissade/graph";
import type { SourceLoader } from "../controllers/index.ts";
import type { ModelSource } from "../model/index.ts";
import { type GlideLike, loadGlide } from "../pipelines/index.ts";
import { tinyModel } from "./tiny-model.ts";

const files = await tinyModel();

/** The tiny model from a source of its own, as another address would be one. */
export function tinySource(): ModelSource {
  return new Map(files);
}

export const pause = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** Loads the tiny model and counts what happens. */
export function tinyLoads({
  fail = () => false,
  delay = 10,
}: {
  fail?: () => boolean;
  delay?: number;
} = {}) {
  const backend = interpreter();
  const counts = { begun: 0, aborted: 0, closed: 0 };
  const load: SourceLoader = async (
    source,
    { signal, onProgress, onDispose },
  ): Promise<GlideLike> => {
    counts.begun++;
    signal.addEventListener("abort", () => counts.aborted++);
    onDispose(() => counts.closed++);
    onProgress({ loadedBytes: 1, totalBytes: 2 });
    await pause(delay);
    if (fail()) throw new Error("no network");
    return loadGlide(source, { backend, signal });
  };
  return { load, counts, backend };
}

/** A backend whose every pass takes a while, so that a run can be met on its way. */
export function slow(backend: Backend, milliseconds = 5): Backend {
  return {
    specificationVersion: backend.specificationVersion,
    name: backend.name,
    provider: backend.provider,
    dispose: () => backend.dispose(),
    async compile(...given) {
      const executable = await backend.compile(...given);
      return {
        dispose: () => executable.dispose(),
        async run(...inputs) {
          await pause(milliseconds);
          return executable.run(...inputs);
        },
      };
    },
  };
}
