import { type FileHandle, open, rename, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { WeightsError } from "@glissade/graph";
import { systemFault, writingAdvice } from "../files/output-file-error.ts";
import { discard, settle, temporaryBeside } from "../files/unfinished.node.ts";
import { assertInside, type ByteSink, type ByteSource, type FileAccess } from "./byte-source.ts";
import { findPackage } from "./package-folder.node.ts";

/** One `read` call of the system takes at most 2 GiB less one byte. */
const maxRead = 2 ** 30;

/** The local file system, through Node. */
export const fileAccess: FileAccess = {
  absence: "not there",
  open: openFile,
  create: createFile,
  async kindOf(path) {
    const found = await stat(path).catch(() => undefined);
    if (!found) return undefined;
    return found.isDirectory() ? "folder" : "file";
  },
  join,
  pathOf: fileURLToPath,
  findPackage,
};

async function openFile(path: string): Promise<ByteSource> {
  const handle = await open(path, "r").catch((cause: unknown) => {
    throw new WeightsError({
      file: path,
      reason: `the file cannot be opened (${codeOf(cause)})`,
      advice: "Check the path.",
      cause,
    });
  });
  const found = await handle.stat();
  if (!found.isFile()) {
    await handle.close();
    throw new WeightsError({
      file: path,
      reason: `this is ${found.isDirectory() ? "a folder" : "not a regular file"}`,
      advice: "Give the path of one weight file.",
    });
  }
  let closing: Promise<void> | undefined;
  return {
    label: path,
    size: found.size,
    path: resolve(path),
    async read(offset, length) {
      assertInside({ label: path, size: found.size }, offset, length);
      return readFully(handle, path, offset, length);
    },
    close: () => {
      closing ??= handle.close();
      return closing;
    },
  };
}

async function readFully(
  handle: FileHandle,
  path: string,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  const bytes = allocate(path, length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await handle.read(
      bytes,
      done,
      Math.min(length - done, maxRead),
      offset + done,
    );
    if (bytesRead === 0)
      throw new WeightsError({
        file: path,
        reason: `the file ended at byte ${offset + done} while it was read`,
        advice: "Something else is writing to it: try again.",
      });
    done += bytesRead;
  }
  return bytes;
}

function allocate(path: string, length: number): Uint8Array {
  try {
    return new Uint8Array(length);
  } catch (cause) {
    throw new WeightsError({
      file: path,
      reason: `${length} bytes are needed at once, which this system does not give`,
      cause,
    });
  }
}

async function createFile(path: string): Promise<ByteSink> {
  const temporary = temporaryBeside(path);
  const attempt = async <T>(action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (cause) {
      throw new WeightsError({
        file: path,
        reason: `the file cannot be written (${codeOf(cause)})`,
        advice: writingAdvice(systemFault(cause)),
        cause,
      });
    }
  };
  const handle = await attempt(() => open(temporary, "wx")).catch((error: unknown) => {
    settle(temporary);
    throw error;
  });
  let pending = true;
  return {
    write: (bytes) =>
      attempt(async () => {
        for (let done = 0; done < bytes.length; )
          done += (await handle.write(bytes, done, Math.min(bytes.length - done, maxRead)))
            .bytesWritten;
      }),
    async finish() {
      await attempt(async () => {
        await handle.sync();
        await handle.close();
        await rename(temporary, path);
        pending = false;
        settle(temporary);
      });
    },
    async discard() {
      if (!pending) return;
      pending = false;
      await handle.close().catch(() => {});
      await discard(temporary);
    },
  };
}

/** `ENOENT`, `EACCES`: what the system calls the fault. */
function codeOf(cause: unknown): string {
  return systemFault(cause) ?? String(cause);
}
