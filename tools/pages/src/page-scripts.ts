import { pathToFileURL } from "node:url";
import type { Plugin } from "esbuild";
import { tsImport } from "tsx/esm/api";

/**
 * Runs the modules named `*.scripts.ts` while a package is built. Each of their exports is a
 * function that returns a page's script; in the build it returns that text as a constant.
 */
export function pageScripts(): Plugin {
  return {
    name: "page-scripts",
    setup(build) {
      build.onLoad({ filter: /\.scripts\.ts$/ }, async ({ path }) => {
        const scripts: Readonly<Record<string, () => string>> = await tsImport(
          pathToFileURL(path).href,
          import.meta.url,
        );
        const functions = Object.entries(scripts).map(
          ([name, script]) => `export const ${name} = () => ${JSON.stringify(script())};\n`,
        );
        return { contents: functions.join("") };
      });
    },
  };
}
