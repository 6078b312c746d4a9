import { stat } from "node:fs/promises";
import { join } from "node:path";
import { InvalidArgumentError } from "@glissade/core";
import { expandBraces } from "./brace-pattern.ts";
import { filesBelow, listImageFolder, nameParts, plural } from "./image-folder.ts";
import { imageExtensions } from "./image-formats.ts";
import type { Listing, ListingOptions } from "./listing.ts";
import { listManifest } from "./manifest.ts";
import { listTarShard } from "./tar-shard.ts";
import { TrainingDataError } from "./training-data-error.ts";
import { reasonOf } from "./unusable-file.ts";

const advice =
  "Give a folder of images (PNG, JPEG, WebP, GIF, TIFF, AVIF) with a text file of the same name beside each, or with a metadata.jsonl; a manifest (.jsonl) with " +
  'lines like {"file": "a.png", "caption": "an apple"}; or WebDataset shards (.tar).';

/**
 * Everything that the paths hold, in their order.
 *
 * @throws TrainingDataError where a path is not there or nothing is of use, InvalidArgumentError
 * where there is no path.
 */
export async function listExamples(
  paths: readonly string[],
  options: ListingOptions,
): Promise<Listing> {
  if (paths.length === 0 || paths.includes(""))
    throw new InvalidArgumentError({
      argument: "path",
      received: paths,
      expected: "at least one path, none empty",
    });
  const listings: Listing[] = [];
  for (const path of paths.flatMap(expandBraces)) listings.push(await listPath(path, options));
  const listing: Listing = {
    examples: listings.flatMap(({ examples }) => examples),
    skipped: listings.flatMap(({ skipped }) => skipped),
    found: [...new Set(listings.map(({ found }) => found))].slice(0, 3).join("; "),
  };
  if (listing.examples.length === 0)
    throw new TrainingDataError({
      source: paths.join(", "),
      found: listing.found,
      advice,
      skipped: listing.skipped,
    });
  return listing;
}

async function listPath(path: string, options: ListingOptions): Promise<Listing> {
  options.signal?.throwIfAborted();
  try {
    const found = await stat(path);
    if (found.isDirectory()) return await listFolder(path, options);
    const { extension } = nameParts(path);
    if (found.isFile() && extension === "tar") return await listTarShard(path, options);
    if (found.isFile() && (extension === "jsonl" || extension === "ndjson"))
      return await listManifest(path, options);
  } catch (cause) {
    if (!(cause instanceof Error && "syscall" in cause)) throw cause;
    throw new TrainingDataError({ source: path, found: reasonOf(cause), advice, cause });
  }
  throw new TrainingDataError({
    source: path,
    found: "it is neither a folder nor a .jsonl or .tar file",
    advice,
  });
}

/** A folder is what it holds: Hugging Face's `metadata.jsonl`, images, or shards. */
async function listFolder(folder: string, options: ListingOptions): Promise<Listing> {
  const files = await filesBelow(folder, options);
  if (files.names.includes("metadata.jsonl"))
    return listManifest(join(folder, "metadata.jsonl"), options);
  const shards = files.names.filter((name) => nameParts(name).extension === "tar");
  if (
    shards.length === 0 ||
    files.names.some((name) => imageExtensions.has(nameParts(name).extension))
  )
    return listImageFolder(folder, files);
  const listings: Listing[] = [];
  for (const shard of shards) listings.push(await listTarShard(join(folder, shard), options));
  return {
    examples: listings.flatMap(({ examples }) => examples),
    skipped: [...files.skipped, ...listings.flatMap(({ skipped }) => skipped)],
    found: `none of its ${plural(shards.length, "shard")} has an image with a caption`,
  };
}
