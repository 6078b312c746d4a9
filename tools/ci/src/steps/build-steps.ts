import { type CommandResult, runTool } from "../run-command.ts";
import { type Outcome, outcomeOf, type Step } from "../step.ts";
import { publicPackages } from "../workspace.ts";
import { pack, tarballOf } from "./pack.ts";

/** The build, and what is checked on its result. */
export const buildSteps: readonly Step[] = [
  {
    name: "build",
    run: async () =>
      outcomeOf([await runTool("turbo", ["run", "build", "--output-logs=errors-only"])]),
  },
  { name: "size", needs: ["build"], run: async () => outcomeOf([await runTool("size-limit", [])]) },
  pack,
  {
    name: "publint",
    needs: ["pack"],
    run: () => eachTarball((tarball) => runTool("publint", ["--strict", tarball])),
  },
  {
    name: "types resolve",
    needs: ["pack"],
    run: () =>
      eachTarball((tarball) => runTool("attw", [tarball, "--profile", "esm-only", "--no-emoji"])),
  },
];

async function eachTarball(check: (tarball: string) => Promise<CommandResult>): Promise<Outcome> {
  const results: CommandResult[] = [];
  for (const entry of publicPackages()) results.push(await check(tarballOf(entry)));
  return outcomeOf(results);
}
