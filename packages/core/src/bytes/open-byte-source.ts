import { InvalidArgumentError } from "@glissade/graph";
import { fileAccess } from "#file-source";
import { type ByteSource, blobSource, bytesSource, type WeightFile } from "./byte-source.ts";

/**
 * @throws WeightsError where the path cannot be opened. @throws InvalidArgumentError for anything
 * that is not readable.
 */
export async function openByteSource(source: WeightFile): Promise<ByteSource> {
  if (typeof source === "string") return fileAccess.open(source);
  if (source instanceof Uint8Array) return bytesSource(source);
  if (source instanceof Blob) return blobSource(source);
  throw new InvalidArgumentError({
    argument: "source",
    received: source,
    expected: "a path, a Blob or a Uint8Array",
  });
}
