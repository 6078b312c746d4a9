import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const repositoryRoot = fileURLToPath(new URL("../../../", import.meta.url));

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly license?: string;
  readonly sideEffects?: boolean | readonly string[];
  readonly files?: readonly string[];
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export interface PublicPackage {
  readonly folder: string;
  readonly manifest: Manifest;
}

/** The packages that are published, by folder name. */
export function publicPackages(): PublicPackage[] {
  const packages = join(repositoryRoot, "packages");
  return (
    readdirSync(packages)
      .map((name) => join(packages, name))
      // a folder may be left over from another branch
      .filter((folder) => existsSync(join(folder, "package.json")))
      .map((folder) => ({
        folder,
        manifest: JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest,
      }))
      .filter(({ manifest }) => !manifest.private)
  );
}
