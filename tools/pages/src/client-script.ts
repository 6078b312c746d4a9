import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

/**
 * A page's script as one text that a browser runs: the entry and all that it imports.
 *
 * Call it only in a module whose name ends with `.scripts.ts`: a package's build runs such a module
 * and puts the texts in place of its functions (see `pageScripts`), so that what is published has
 * no need of esbuild. From the sources the scripts are bundled when they are asked for.
 */
export function clientScript(entry: URL): string {
  const path = fileURLToPath(entry);
  const known = bundled.get(path);
  if (known !== undefined) return known;
  const { outputFiles } = buildSync({
    absWorkingDir: dirname(path), // comments name files from here
    entryPoints: [path],
    bundle: true,
    format: "iife",
    platform: "browser",
    target: "es2022",
    charset: "ascii",
    write: false,
  });
  const script = outputFiles[0]?.text ?? "";
  bundled.set(path, script);
  return script;
}

const bundled = new Map<string, string>();
