import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../run-command.ts";
import { outcomeOf, type Step } from "../step.ts";
import { type PublicPackage, publicPackages, repositoryRoot } from "../workspace.ts";

const folder = join(repositoryRoot, "node_modules", ".cache", "glissade-packed");

/** The packages as they are published, packed once for the steps that look at them. */
export const pack: Step = {
  name: "pack",
  needs: ["build"],
  async run() {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const workspaces = publicPackages().flatMap(({ manifest }) => ["--workspace", manifest.name]);
    return outcomeOf([
      await runCommand("npm", ["pack", "--pack-destination", folder, ...workspaces]),
    ]);
  },
};

/** The file that npm packs a package into. */
export function tarballOf({ manifest: { name, version } }: PublicPackage): string {
  return join(folder, `${name.replace(/^@/, "").replace("/", "-")}-${version}.tgz`);
}
