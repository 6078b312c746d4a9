import { runCommand, runTool } from "../run-command.ts";
import { type Step, skipped } from "../step.ts";

/**
 * Every changed package has a changeset. It takes a history to know what changed: in a clone
 * without the base branch there is nothing to compare.
 */
export const changesets: Step = {
  name: "changesets",
  async run() {
    const base = await runCommand("git", ["rev-parse", "--verify", "--quiet", "main^{commit}"]);
    if (!base.succeeded)
      return skipped("this clone has no commit on a branch main to compare with");
    const { succeeded, output } = await runTool("changeset", ["status"]);
    return succeeded ? { passed: 1, failed: 0 } : { passed: 0, failed: 1, output };
  },
};
