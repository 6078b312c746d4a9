import { useSyncExternalStore } from "react";

/** What the networks are to run on. `"auto"` takes the first that works. */
export type ProviderSetting = "auto" | "webgpu" | "wasm";

export interface EngineSettings {
  readonly provider: ProviderSetting;
  /** Threads of WebAssembly; 0 for what suits the machine. */
  readonly threads: number;
}

const storageKey = "glissade-demo-engine";
const listeners = new Set<() => void>();
let settings: EngineSettings = readSettings();

export function useEngineSettings(): readonly [EngineSettings, (change: Partial<EngineSettings>) => void] {
  const current = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => settings,
  );
  return [current, changeSettings];
}

function changeSettings(change: Partial<EngineSettings>): void {
  settings = { ...settings, ...change };
  try {
    localStorage.setItem(storageKey, JSON.stringify(settings));
  } catch {
    // no storage: the choice holds until the page is left
  }
  for (const listener of listeners) listener();
}

function readSettings(): EngineSettings {
  try {
    const { provider, threads } = JSON.parse(localStorage.getItem(storageKey) ?? "{}") as Partial<EngineSettings>;
    return {
      provider: provider === "webgpu" || provider === "wasm" ? provider : "auto",
      threads: threads === 1 || threads === 2 || threads === 4 ? threads : 0,
    };
  } catch {
    return { provider: "auto", threads: 0 };
  }
}
