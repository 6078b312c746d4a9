import { useSyncExternalStore } from "react";
import { checkedSettings, type EngineSettings } from "./backends.ts";

const storageKey = "glissade-demo-engine";
const listeners = new Set<() => void>();
let settings: EngineSettings = readSettings();

export function useEngineSettings(): readonly [
  EngineSettings,
  (change: Partial<EngineSettings>) => void,
] {
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
  settings = checkedSettings({ ...settings, ...change });
  try {
    localStorage.setItem(storageKey, JSON.stringify(settings));
  } catch {
    // no storage: the choice holds until the page is left
  }
  for (const listener of listeners) listener();
}

function readSettings(): EngineSettings {
  try {
    return checkedSettings(JSON.parse(localStorage.getItem(storageKey) ?? "{}"));
  } catch {
    return checkedSettings({});
  }
}
