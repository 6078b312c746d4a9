import type { GlideLike } from "@glissade/core";
import { useEffect, useInsertionEffect, useState, useSyncExternalStore } from "react";
import { LabRun, type LabSnapshot } from "./lab-run.ts";

export type UsedLabRun = LabSnapshot & Pick<LabRun, "generate" | "stop">;

/** A grid that is stopped when the page is left or the model changes. */
export function useLabRun(glide: GlideLike | undefined): UsedLabRun {
  const [run] = useState(() => new LabRun());
  const { configure, generate, stop, subscribe, getSnapshot } = run;
  useInsertionEffect(() => configure(glide));
  // biome-ignore lint/correctness/useExhaustiveDependencies: another model stops the run on the former one
  useEffect(() => () => void stop(), [stop, glide]);
  return { ...useSyncExternalStore(subscribe, getSnapshot), generate, stop };
}
