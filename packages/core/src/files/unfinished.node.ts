import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

const suffix = ".part";
const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
type EndingSignal = (typeof endingSignals)[number];

/** Temporary files and folders that exist now, and are removed if the program ends. */
const unfinished = new Set<string>();

/**
 * A temporary name in the same folder, so that the rename stays within one file system and is
 * atomic. What is written there is removed if the program ends before `settle`.
 */
export function temporaryBeside(path: string): string {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}${suffix}`);
  removeAtEnd(temporary);
  return temporary;
}

/** Has a file or folder removed if the program ends before `settle`. */
export function removeAtEnd(path: string): void {
  if (unfinished.size === 0) watchForTheEnd();
  unfinished.add(path);
}

/** The file or folder has its own name, or was removed. */
export function settle(temporary: string): void {
  unfinished.delete(temporary);
  if (unfinished.size === 0) stopWatching();
}

/** Removes what was written under a temporary name, if it is still there. */
export async function discard(temporary: string): Promise<void> {
  // Its folder may be gone, and there is nothing more to do for the caller.
  await rm(temporary, { recursive: true, force: true }).catch(() => {});
  settle(temporary);
}

/** Removes unfinished files and folders that an earlier, killed program left in a folder. */
export async function removeUnfinished(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names)
    if (name.startsWith(".") && name.endsWith(suffix))
      await rm(join(folder, name), { recursive: true, force: true });
}

function watchForTheEnd(): void {
  process.on("exit", removeAll);
  for (const signal of endingSignals) process.on(signal, end);
}

function stopWatching(): void {
  process.off("exit", removeAll);
  for (const signal of endingSignals) process.off(signal, end);
}

/** Cleans up and lets the signal end the program, unless the program handles it by itself. */
function end(signal: EndingSignal): void {
  if (process.listenerCount(signal) > 1) return;
  removeAll();
  stopWatching();
  process.kill(process.pid, signal);
}

function removeAll(): void {
  for (const path of unfinished) rmSync(path, { recursive: true, force: true });
}
