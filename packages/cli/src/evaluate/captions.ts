import { readFile, stat } from "node:fs/promises";
import { extname } from "node:path";
import { InvalidArgumentError } from "@glissade/core";
import { faultOf } from "../errors.ts";

const mostBytes = 64 * 2 ** 20;

/**
 * Captions of a file: a JSON array of texts (`.json`), or a text a line. @throws
 * InvalidArgumentError where there is none, or an entry is no text
 */
export async function readCaptions(path: string): Promise<readonly string[]> {
  const fail = (received: string, expected: string, cause?: unknown) =>
    new InvalidArgumentError({ argument: path, received, expected, cause });
  let text: string;
  try {
    if ((await stat(path)).size > mostBytes) throw fail("a file of more than 64 MiB", "captions");
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (InvalidArgumentError.isInstance(cause)) throw cause;
    throw fail(`unreadable (${faultOf(cause)})`, "a file of captions", cause);
  }
  const captions =
    extname(path) === ".json"
      ? parseList(text, fail)
      : text.split(/\r?\n/).filter((line) => line.trim() !== "");
  if (captions.length === 0)
    throw fail("without a caption", "a caption a line, or a JSON array of them");
  const wrong = captions.findIndex(
    (caption) => typeof caption !== "string" || caption.trim() === "",
  );
  if (wrong !== -1)
    throw fail(`${JSON.stringify(captions[wrong])} at entry ${wrong}`, "a text that is not empty");
  return captions as readonly string[]; // just checked
}

function parseList(
  text: string,
  fail: (received: string, expected: string, cause?: unknown) => Error,
): readonly unknown[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (cause) {
    throw fail("no JSON", "a JSON array of texts", cause);
  }
  if (!Array.isArray(list)) throw fail("JSON of another kind", "a JSON array of texts");
  return list;
}
