import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { systemFault } from "../../files/output-file-error.ts";
import { removeAtEnd, settle } from "../../files/unfinished.node.ts";

const beatMilliseconds = 10_000;
const pollMilliseconds = 50;
/**
 * After how long without a sign of life a lock is taken over. A process of this machine that is gone
 * is noticed at once; one that has the holder's number may be another, or be busy for minutes.
 */
const silence = { elsewhere: 2 * 60_000, here: 10 * 60_000 };

interface Holder {
  readonly id: string;
  readonly pid: number;
  readonly host: string;
}

/**
 * Runs `action` while no other process, or caller in this one, runs one for the same lock file.
 *
 * @throws the signal's reason if it is aborted before; a system error if the file cannot be made.
 */
export async function withFileLock<T>(
  path: string,
  signal: AbortSignal,
  action: () => Promise<T>,
): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const holder: Holder = { id: randomUUID(), pid: process.pid, host: hostname() };
  const text = JSON.stringify(holder);
  for (signal.throwIfAborted(); !(await take(path, text)); signal.throwIfAborted())
    if (!(await takeOver(path)))
      await pause(pollMilliseconds, undefined, { signal }).catch(() => {});
  removeAtEnd(path);
  const beat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {}); // Someone took it over.
  }, beatMilliseconds);
  beat.unref();
  try {
    return await action();
  } finally {
    clearInterval(beat);
    if ((await readText(path)) === text) await rm(path, { force: true });
    settle(path);
  }
}

async function take(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: "wx" });
    return true;
  } catch (error) {
    if (systemFault(error) === "EEXIST") return false;
    throw error;
  }
}

/** Removes the lock of a process that is gone; false if the holder seems to be alive. */
async function takeOver(path: string): Promise<boolean> {
  const text = await readText(path);
  const found = await stat(path).catch(() => undefined);
  if (text === undefined || !found) return true; // It was released just now.
  if (!isAbandoned(text, Date.now() - found.mtimeMs)) return false;
  const removed = `${path}.${randomUUID()}`;
  const isRemoved = await rename(path, removed).then(
    () => true,
    () => false,
  );
  if (!isRemoved) return true;
  // Another process may have taken it over, and its lock is the one that was renamed.
  if ((await readText(removed)) !== text) await link(removed, path).catch(() => {});
  await rm(removed, { force: true });
  return true;
}

function isAbandoned(text: string, silentFor: number): boolean {
  const holder = parseHolder(text);
  if (holder?.host !== hostname()) return silentFor > silence.elsewhere;
  return !isRunning(holder.pid) || silentFor > silence.here;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemFault(error) !== "ESRCH";
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    const { id, pid, host } = JSON.parse(text);
    return Number.isSafeInteger(pid) && pid > 0 && typeof host === "string"
      ? { id, pid, host }
      : undefined;
  } catch {
    return undefined; // It is just being written.
  }
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(() => undefined);
}
