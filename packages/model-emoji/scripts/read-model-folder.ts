import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

export const modelFolder = new URL("../model/", import.meta.url);

/** Every file that loading the model can need, in the order of their paths. */
export function readModelFolder(): { path: string; bytes: number; sha256: string }[] {
  const folder = fileURLToPath(modelFolder);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(json|safetensors)$/.test(entry.name))
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)).replaceAll(sep, "/"))
    .sort()
    .map((path) => {
      const content = readFileSync(new URL(path, modelFolder));
      return {
        path,
        bytes: content.length,
        sha256: createHash("sha256").update(content).digest("hex"),
      };
    });
}
