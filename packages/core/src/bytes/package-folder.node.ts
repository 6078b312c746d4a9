import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/**
 * The folder of an installed package, as Node itself would find it: seen from the working
 * directory, then from this package. `<name>/package.json` is what is looked up, so a package that
 * restricts its `exports` has to list that file.
 */
export async function findPackage(name: string, tried: string[]): Promise<string | undefined> {
  for (const [place, from] of [
    ["the working directory", join(process.cwd(), "package.json")],
    ["@glissade/core", import.meta.url],
  ] as const) {
    try {
      return dirname(createRequire(from).resolve(`${name}/package.json`));
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : error;
      tried.push(
        `the package ${name}, seen from ${place} (${code === "ERR_PACKAGE_PATH_NOT_EXPORTED" ? "it is installed, but its exports do not list ./package.json" : "not installed"})`,
      );
    }
  }
  return undefined;
}
