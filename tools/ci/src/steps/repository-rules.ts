import { readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { forbiddenImports } from "../rules/dependency-direction.ts";
import { machineTraces } from "../rules/machine-traces.ts";
import { missingFromPackage } from "../rules/package-completeness.ts";
import { runCommand } from "../run-command.ts";
import { type Step, verdict } from "../step.ts";
import { type PublicPackage, publicPackages, repositoryRoot } from "../workspace.ts";

/**
 * The rules that no other tool checks: nothing machine-bound in the text, complete packages,
 * dependencies that point one way.
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
    return verdict([...traces, ...incomplete, ...misdirected], `${texts.size} files`);
  },
};

/** Tests and what they run are left out: they may use any development dependency. */
function importProblems(
  { folder, manifest }: PublicPackage,
  texts: ReadonlyMap<string, string>,
): string[] {
  const sources = `${relative(repositoryRoot, folder).split(sep).join("/")}/src/`;
  return [...texts]
    .filter(
      ([path]) =>
        path.startsWith(sources) &&
        path.endsWith(".ts") &&
        !path.endsWith(".test.ts") &&
        !path.includes("/__fixtures__/"),
    )
    .flatMap(([path, text]) =>
      forbiddenImports(manifest.name, text).map(
        (name) => `${path} imports ${name}: ${manifest.name} must not depend on it`,
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
