import { type CommandResult, runTool } from "../run-command.ts";
import { type Outcome, outcomeOf, type Step } from "../step.ts";
import { publicPackages } from "../workspace.ts";

/** The build, and what is checked on its result. */
export const buildSteps: readonly Step[] = [
  { name: "build", run: async () => outcomeOf([await runTool("turbo", ["run", "build", "--output-logs=errors-only"])]) },
  { name: "publint", needs: ["build"], run: () => eachPackage((folder) => runTool("publint", ["--strict", folder])) },
  { name: "types resolve", needs: ["build"], run: () => eachPackage((folder) => runTool("attw", ["--pack", folder, "--profile", "esm-only", "--no-emoji"])) },
  { name: "size", needs: ["build"], run: async () => outcomeOf([await runTool("size-limit", [])]) },
];

async function eachPackage(check: (folder: string) => Promise<CommandResult>): Promise<Outcome> {
  const results: CommandResult[] = [];
  for (const { folder } of publicPackages()) results.push(await check(folder));
  return outcomeOf(results);
}
