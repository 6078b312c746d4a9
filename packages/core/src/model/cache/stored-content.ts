import { fileAccess } from "#file-source";
import { type ByteSource, blobSource } from "../../bytes/byte-source.ts";
import type { StoredContent } from "./model-cache.ts";

const chunkBytes = 2 ** 22;

/** @param label what a Blob is called in messages; a file is called by its path */
export async function openContent(content: StoredContent, label: string): Promise<ByteSource> {
  return "path" in content ? fileAccess.open(content.path) : blobSource(content, label);
}

export async function* chunksOf(content: StoredContent, label: string): AsyncGenerator<Uint8Array> {
  const source = await openContent(content, label);
  try {
    for (let at = 0; at < content.size; at += chunkBytes)
      yield await source.read(at, Math.min(chunkBytes, content.size - at));
  } finally {
    await source.close();
  }
}
