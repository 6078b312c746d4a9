import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type PublicPackage, repositoryRoot } from "../workspace.ts";

/** What a package lacks to be published. */
export function missingFromPackage({ folder, manifest }: PublicPackage): string[] {
  const { "./package.json": own, ...rest } = manifest.exports ?? {};
  const entries = Object.values(rest).filter((entry) => !isFile(entry));
  const requirements: readonly (readonly [met: boolean, requirement: string])[] = [
    [existsSync(join(folder, "README.md")), "a README.md"],
    [sameLicense(folder), "a LICENSE equal to the repository's"],
    [manifest.license === "Apache-2.0", 'license "Apache-2.0"'],
    [entries.length > 0, "exports"],
    [
      entries.every((entry) => conditionsOf(entry).join() === "glissade-source,types,default"),
      'the conditions "glissade-source", "types", "default", in this order, in each of its exports',
    ],
    [own === "./package.json", "./package.json in its exports"],
    [manifest.sideEffects === false, "sideEffects: false"],
    [manifest.files?.includes("dist") === true, '"dist" in files'],
  ];
  return requirements
    .filter(([met]) => !met)
    .map(([, requirement]) => `${manifest.name} lacks ${requirement}`);
}

/** An export of files as they are (a model's weights): it has no types and no source. */
function isFile(entry: unknown): boolean {
  return typeof entry === "string" && !/\.[cm]?[jt]sx?$/.test(entry);
}

function conditionsOf(entry: unknown): string[] {
  return typeof entry === "object" && entry !== null ? Object.keys(entry) : [];
}

function sameLicense(folder: string): boolean {
  const license = join(folder, "LICENSE");
  return (
    existsSync(license) &&
    readFileSync(license, "utf8") === readFileSync(join(repositoryRoot, "LICENSE"), "utf8")
  );
}
