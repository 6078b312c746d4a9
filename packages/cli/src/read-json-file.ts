import { readFile, stat } from "node:fs/promises";
import { CheckpointError, faultOf } from "./errors.ts";

const maxBytes = 64 * 2 ** 20;

/** The object in a JSON file. @throws CheckpointError where the file cannot be read or is none. */
export async function readJsonFile(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new Error("it is no regular file");
    if (found.size > maxBytes)
      throw new Error(`it has ${found.size} bytes, more than the ${maxBytes} allowed`);
    const json: unknown = JSON.parse(await readFile(path, "utf8"));
    if (typeof json !== "object" || json === null || Array.isArray(json))
      throw new Error("it holds no object");
    return json as Readonly<Record<string, unknown>>;
  } catch (cause) {
    const reason = cause instanceof Error && !("code" in cause) ? cause.message : faultOf(cause);
    throw new CheckpointError(`${path} cannot be read as a JSON file: ${reason}.`, { cause });
  }
}
