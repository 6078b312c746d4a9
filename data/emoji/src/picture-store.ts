import { open } from "node:fs/promises";
import { packPath } from "./data-folder.ts";
import { DataFolderError } from "./errors.ts";
import { groupBy } from "./group-by.ts";
import type { PictureRecord } from "./picture-record.ts";
import type { PackSide } from "./render-picture.ts";
import type { SourceName } from "./sources.ts";

/** The pixels of some pictures, in memory: premultiplied RGBA of one side. */
export interface PictureStore {
  readonly side: PackSide;
  /** A view; undefined where the picture was not loaded. */
  pixelsOf(record: Pick<PictureRecord, "source" | "index">): Uint8Array | undefined;
}

/**
 * Reads the pixels of the given pictures. @throws DataFolderError where a pack is missing or too
 * short.
 */
export async function loadPictures(
  folder: string,
  side: PackSide,
  records: readonly PictureRecord[],
  signal?: AbortSignal,
): Promise<PictureStore> {
  const stores = new Map<SourceName, (index: number) => Uint8Array | undefined>();
  for (const [source, ofSource] of groupBy(records, (record) => record.source)) {
    signal?.throwIfAborted();
    stores.set(
      source,
      await loadSource(packPath(folder, source, side), folder, side * side * 4, [
        ...new Set(ofSource.map(({ index }) => index)),
      ]),
    );
  }
  return { side, pixelsOf: ({ source, index }) => stores.get(source)?.(index) };
}

async function loadSource(
  path: string,
  folder: string,
  bytes: number,
  indices: number[],
): Promise<(index: number) => Uint8Array | undefined> {
  indices.sort((a, b) => a - b);
  const pixels = new Uint8Array(indices.length * bytes);
  const positions = new Map(indices.map((index, position) => [index, position]));
  const handle = await open(path).catch((cause: unknown) => {
    throw new DataFolderError({
      folder,
      problem: `lacks ${path}`,
      hint: "Build the data again.",
      cause,
    });
  });
  try {
    for (let start = 0; start < indices.length; ) {
      let end = start + 1; // pictures that lie side by side are read at once
      while (end < indices.length && indices[end] === (indices[end - 1] as number) + 1) end++;
      const length = (end - start) * bytes;
      const { bytesRead } = await handle.read(
        pixels,
        start * bytes,
        length,
        (indices[start] as number) * bytes,
      );
      if (bytesRead !== length)
        throw new DataFolderError({
          folder,
          problem: `has a pack that is too short: ${path}`,
          hint: "Build the data again.",
        });
      start = end;
    }
  } finally {
    await handle.close();
  }
  return (index) => {
    const position = positions.get(index);
    return position === undefined
      ? undefined
      : pixels.subarray(position * bytes, (position + 1) * bytes);
  };
}
