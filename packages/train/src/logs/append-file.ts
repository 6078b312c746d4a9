import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { writingFault } from "./log-error.ts";

/** A file that grows by whole records. */
export interface AppendFile {
  /**
   * Hands a record to the system before it returns, so that it outlives the process. Where that
   * fails, no part of it stays in the file.
   */
  append(record: Uint8Array): void;
  /** Safe to call twice. */
  close(): void;
}

/**
 * Opens a file to append to.
 *
 * @param size where to go on: what lies behind is cut off
 * @param isNew the file must not exist
 * @throws LogError where it cannot be written.
 */
export function openAppendFile(
  path: string,
  { size, isNew }: { readonly size: number; readonly isNew: boolean },
): AppendFile {
  const file = attempt(path, () => openSync(path, isNew ? "wx" : "r+"));
  let end = size;
  let isOpen = true;
  attempt(path, () => ftruncateSync(file, size));
  return {
    append(record) {
      attempt(path, () => {
        try {
          for (let done = 0; done < record.length; )
            done += writeSync(file, record, done, record.length - done, end + done);
        } catch (error) {
          ftruncateSync(file, end);
          throw error;
        }
      });
      end += record.length;
    },
    close() {
      if (isOpen) closeSync(file);
      isOpen = false;
    },
  };
}

function attempt<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    throw writingFault(path, cause);
  }
}
