import { runTool } from "../run-command.ts";
import type { Step } from "../step.ts";

/** The checks that read sources only. */
export const sourceSteps: readonly Step[] = [
  toolStep("lint", "biome", ["ci", "--colors=off", "."]),
  toolStep("types", "tsc", ["--noEmit"]),
  toolStep("unused", "knip", ["--no-progress"]),
];

function toolStep(name: string, tool: string, args: readonly string[]): Step {
  return {
    name,
    async run() {
      const { succeeded, output } = await runTool(tool, args);
      return succeeded ? { passed: 1, failed: 0 } : { passed: 0, failed: 1, output };
    },
  };
}
