import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { WeightFile } from "@glissade/core/weights";

/**
 * SHA-256 of a file's bytes in hex. The file is read in parts. @throws the signal's reason where
 * aborted
 */
export async function sha256Of(file: WeightFile, signal?: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for await (const part of partsOf(file)) {
    signal?.throwIfAborted();
    hash.update(part);
  }
  return hash.digest("hex");
}

function partsOf(file: WeightFile): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  if (file instanceof Uint8Array) return [file];
  return typeof file === "string" ? createReadStream(file) : file.stream();
}
