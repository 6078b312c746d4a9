import { readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { folderProblems, forbiddenImports, importsByPath } from "../rules/dependency-direction.ts";
import { machineTraces } from "../rules/machine-traces.ts";
import { missingFromPackage } from "../rules/package-completeness.ts";
import { runCommand } from "../run-command.ts";
import { type Step, verdict } from "../step.ts";
import { type PublicPackage, publicPackages, repositoryRoot } from "../workspace.ts";

/**
 * The rules that no other tool checks: nothing machine-bound in the text, complete packages,
 * dependencies that point one way, between packages and between their folders.
 */
export const repositoryRules: Step = {
  name: "repository rules",
  async run() {
    const texts = await trackedTexts();
    const packages = publicPackages();
    const traces = [...texts].flatMap(([path, text]) =>
      machineTraces(text).map((trace) => `${path}:${trace} (a path or host of one machine)`),
    );
    const incomplete = packages.flatMap(missingFromPackage);
    const misdirected = packages.flatMap((entry) => importProblems(entry, texts));
    const folders = packages.flatMap((entry) => {
      const root = `${pathOf(entry)}/src`;
      return folderProblems(entry.manifest.name, root, sourcesOf(root, texts));
    });
    // A build's configuration, beside src, has no package to import from.
    const byPath = [...texts]
      .filter(([path]) => /\/(src|scripts)\/.*\.tsx?$/.test(path))
      .flatMap(([path, text]) =>
        importsByPath(path, text).map(
          (target) => `${path} imports ${target}: another package is imported by its name`,
        ),
      );
    const problems = [...traces, ...incomplete, ...misdirected, ...folders, ...byPath];
    return verdict(problems, `${texts.size} files`);
  },
};

function importProblems(entry: PublicPackage, texts: ReadonlyMap<string, string>): string[] {
  const { name } = entry.manifest;
  return [...sourcesOf(`${pathOf(entry)}/src`, texts)].flatMap(([path, text]) =>
    forbiddenImports(name, text).map(
      (other) => `${path} imports ${other}: ${name} must not depend on it`,
    ),
  );
}

/** From the root of the repository, with slashes. */
function pathOf({ folder }: PublicPackage): string {
  return relative(repositoryRoot, folder).split(sep).join("/");
}

/** Tests and what they run are left out: they may use any development dependency. */
function sourcesOf(root: string, texts: ReadonlyMap<string, string>): Map<string, string> {
  return new Map(
    [...texts].filter(
      ([path]) =>
        path.startsWith(`${root}/`) &&
        /\.tsx?$/.test(path) &&
        !/\.test\.tsx?$/.test(path) &&
        !path.includes("/__fixtures__/"),
    ),
  );
}

/** Text of every file that git tracks or would add, by path; a NUL byte marks a binary one. */
async function trackedTexts(): Promise<Map<string, string>> {
  const { succeeded, stdout, output } = await runCommand("git", [
    "ls-files",
    "--cached",
    "--others",
    "--exclude-standard",
    "-z",
  ]);
  if (!succeeded) throw new Error(output);
  const texts = new Map<string, string>();
  for (const path of stdout.split("\0").filter(Boolean)) {
    // deleted, and not yet committed
    const text = await readFile(join(repositoryRoot, path), "utf8").catch(() => undefined);
    if (text !== undefined && !text.includes("\0")) texts.set(path, text);
  }
  return texts;
}
