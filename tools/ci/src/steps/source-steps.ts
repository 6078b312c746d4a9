import { runTool } from "../run-command.ts";
import { outcomeOf, type Step } from "../step.ts";

/** The checks that read sources only. */
export const sourceSteps: readonly Step[] = [
  toolStep("lint", "biome", ["ci", "--colors=off", "."]),
  toolStep("types", "tsc", ["--noEmit"]),
  toolStep("unused", "knip", ["--no-progress"]),
];

function toolStep(name: string, tool: string, args: readonly string[]): Step {
  return { name, run: async () => outcomeOf([await runTool(tool, args)]) };
}
