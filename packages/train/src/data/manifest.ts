import { open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { captionsFromRecord, recordFromText, textFromBytes } from "./captions.ts";
import { plural } from "./image-folder.ts";
import { innerPath } from "./inner-path.ts";
import type { ListedExample, Listing, ListingOptions } from "./listing.ts";
import type { SkippedFile } from "./training-data.ts";
import { printableName, reasonOf, UnusableFile } from "./unusable-file.ts";

/** A longer line is no record of an image: the rest of it is passed over without being kept. */
const maxLineBytes = 1024 * 1024;
const newline = 0x0a;
/** The second is Hugging Face's (`imagefolder`, `metadata.jsonl`). */
const fileKeys = ["file", "file_name", "image"] as const;

/**
 * A file with a JSON object a line: which image, relative to the manifest, and its caption or a
 * list of captions.
 */
export async function listManifest(
  path: string,
  { signal }: ListingOptions = {},
): Promise<Listing> {
  const examples: ListedExample[] = [];
  const skipped: SkippedFile[] = [];
  const folder = dirname(path);
  let number = 0;
  for await (const line of linesOf(path)) {
    signal?.throwIfAborted();
    number++;
    try {
      if (!line) throw new UnusableFile(`the line is longer than ${maxLineBytes} bytes`);
      const text = textFromBytes(line).trim();
      if (text !== "") examples.push(exampleFromRecord(folder, recordFromText(text)));
    } catch (error) {
      skipped.push({ file: printableName(`${path}:${number}`), reason: reasonOf(error) });
    }
  }
  return {
    examples,
    skipped,
    found:
      number === 0
        ? "the manifest is empty"
        : `none of the manifest's ${plural(number, "line")} names an image and its caption`,
  };
}

function exampleFromRecord(
  folder: string,
  record: Readonly<Record<string, unknown>>,
): ListedExample {
  const key = fileKeys.find((name) => record[name] !== undefined);
  if (!key) throw new UnusableFile(`it names no image (none of the keys ${fileKeys.join(", ")})`);
  const file = record[key];
  if (typeof file !== "string") throw new UnusableFile(`its ${key} is no text`);
  const path = join(folder, innerPath(file));
  return { name: printableName(path), image: { path }, captions: captionsFromRecord(record) };
}

/** The lines of a file without their newline; `undefined` for one that is too long. */
async function* linesOf(path: string): AsyncGenerator<Uint8Array | undefined> {
  const handle = await open(path, "r");
  try {
    let line: Uint8Array[] = [];
    let length = 0;
    const take = () => {
      const whole = length > maxLineBytes ? undefined : Buffer.concat(line);
      line = [];
      length = 0;
      return whole;
    };
    const add = (piece: Uint8Array) => {
      length += piece.length;
      if (length <= maxLineBytes) line.push(piece);
      else line = [];
    };
    for await (const chunk of handle.createReadStream({
      autoClose: false,
    }) as AsyncIterable<Uint8Array>) {
      let start = 0;
      for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
        add(chunk.subarray(start, end));
        yield take();
        start = end + 1;
      }
      if (start < chunk.length) add(chunk.subarray(start));
    }
    if (length > 0) yield take();
  } finally {
    await handle.close();
  }
}
