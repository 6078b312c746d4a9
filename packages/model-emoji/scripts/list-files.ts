/**
 * Writes `src/files.ts`, the list of the files in `model/`. Run after the model has changed, in
 * this package's folder:
 *
 *     npm run files
 */
import { writeFileSync } from "node:fs";
import { modelFolder, readModelFolder } from "./read-model-folder.ts";

const entries = readModelFolder().map(
  ({ path, bytes, sha256 }) => `  ${JSON.stringify(path)}: {
    url: new URL(${JSON.stringify(`../model/${path}`)}, import.meta.url),
    bytes: ${bytes},
    sha256: "${sha256}",
  },`,
);

const source = `// Written by scripts/list-files.ts. Every address is spelled out, so that bundlers see the file and ship it.

/** The model's files, by their paths in it. */
export const files = {
${entries.join("\n")}
};
`;

writeFileSync(new URL("../src/files.ts", modelFolder), source);
