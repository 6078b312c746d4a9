import { readFile, stat } from "node:fs/promises";
import { parse } from "node:path";
import { ContestantsError } from "./arena-errors.ts";

const mostBytes = 16 * 2 ** 20;
const longestCaption = 2000; // characters

/**
 * The captions in a JSON file: an array in the order of the files, or an object by file name, with
 * or without its ending.
 *
 * @throws ContestantsError where it cannot be read, is neither, or an array has another length
 */
export async function readCaptions(
  path: string,
  files: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const json = await readJson(path);
  if (Array.isArray(json)) {
    if (json.length !== files.length)
      throw new ContestantsError(
        `${path} has ${json.length} captions for ${files.length} images of the first folder. An array needs one for each, in the order of the file names; an object names the files.`,
      );
    return new Map(files.map((file, index) => [file, captionOf(path, index, json[index])]));
  }
  if (typeof json !== "object" || json === null)
    throw new ContestantsError(
      `${path} holds neither an array of captions nor an object of captions by file name.`,
    );
  const byName = new Map(
    Object.entries(json).map(([name, caption]) => [name, captionOf(path, name, caption)]),
  );
  return new Map(
    files.flatMap((file) => {
      const caption = byName.get(file) ?? byName.get(parse(file).name);
      return caption === undefined ? [] : [[file, caption] as const];
    }),
  );
}

async function readJson(path: string): Promise<unknown> {
  try {
    const { size } = await stat(path);
    if (size > mostBytes)
      throw new Error(`it has ${size} bytes, more than the ${mostBytes} allowed`);
    return JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    const reason =
      cause instanceof SyntaxError
        ? "it is not JSON"
        : cause instanceof Error
          ? cause.message
          : String(cause);
    throw new ContestantsError(`The captions in ${path} cannot be read: ${reason}.`, { cause });
  }
}

function captionOf(path: string, place: string | number, caption: unknown): string {
  if (typeof caption === "string" && caption.trim() !== "" && caption.length <= longestCaption)
    return caption.trim();
  throw new ContestantsError(
    `${path} is wrong at ${JSON.stringify(place)}: a caption is a text of 1 to ${longestCaption} characters.`,
  );
}
