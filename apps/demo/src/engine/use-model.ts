import type { SourceLoader } from "@glissade/core/store";
import { emoji } from "@glissade/model-emoji";
import { type UseGlideResult, useGlide } from "@glissade/react";
import { backendRequest, type EngineSettings } from "./backends.ts";
import { useEngineSettings } from "./engine-settings.ts";

/** When the model that is loaded now began to load, and how long that took, in milliseconds. */
export const loadTime: { begun: number; took: number | undefined } = { begun: 0, took: undefined };

/** One loader for each setting: components with the same one share the model. */
const loaders = new Map<string, SourceLoader>();

/** The embedded model in a worker, on what the engine page says. It loads when it is asked for. */
export function useModel(): UseGlideResult {
  const [settings] = useEngineSettings();
  const key = JSON.stringify(settings);
  return useGlide(emoji, {
    load: loaderFor(key, settings),
    loadKey: key,
    autoLoad: false,
    graceTime: 5000,
  });
}

function loaderFor(key: string, settings: EngineSettings): SourceLoader {
  const known = loaders.get(key) ?? workerLoader(settings);
  loaders.set(key, known);
  return known;
}

function workerLoader(settings: EngineSettings): SourceLoader {
  const backend = backendRequest(settings);
  return async (source, { signal, onProgress }) => {
    loadTime.begun = performance.now();
    const { connectGlide } = await import("@glissade/core/worker");
    const makeWorker = () =>
      new Worker(new URL("./glide-worker.ts", import.meta.url), { type: "module" });
    const glide = await connectGlide(makeWorker, source, { backend, signal, onProgress });
    loadTime.took = performance.now() - loadTime.begun;
    return glide;
  };
}
