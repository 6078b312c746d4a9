import { createHash } from "node:crypto";
import { folderModelCache } from "../cache/folder-model-cache.node.ts";
import { openModelFiles } from "../model-files.ts";

/** A process that reads one file of a model through a cache: FOLDER URL PATH. */
const [folder = "", url = "", path = ""] = process.argv.slice(2);
const files = await openModelFiles(url, {
  cache: folderModelCache({ folder }),
  onProgress: ({ loadedBytes }) => process.stderr.write(`${loadedBytes}\n`),
});
const hash = createHash("sha256").update(await files.read(path));
process.stdout.write(hash.digest("hex"));
