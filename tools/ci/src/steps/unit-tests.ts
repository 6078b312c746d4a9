import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTool } from "../run-command.ts";
import type { Outcome, Step } from "../step.ts";

export const unitTests: Step = {
  name: "unit tests",
  needs: ["chromium"],
  alone: true, // some measure time
  async run() {
    const folder = await mkdtemp(join(tmpdir(), "glissade-tests-"));
    try {
      const reportPath = join(folder, "report.json");
      const { succeeded, output } = await runTool("vitest", [
        "run",
        "--reporter=default",
        "--reporter=json",
        `--outputFile.json=${reportPath}`,
      ]);
      // there is none where Vitest itself could not start
      const report = await readFile(reportPath, "utf8").catch(() => undefined);
      if (report === undefined) return { passed: 0, failed: 1, output };
      const outcome = countTests(JSON.parse(report) as VitestReport);
      // Vitest also fails for what no test is to blame for, such as an unhandled rejection.
      return {
        ...outcome,
        failed: succeeded ? outcome.failed : Math.max(1, outcome.failed),
        output,
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** What is read of Vitest's JSON report. */
interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly unknown[];
  }[];
}

/**
 * Tests that passed and failed; a file that could not be loaded has no tests and counts as one
 * failure.
 */
export function countTests({
  numPassedTests,
  numFailedTests,
  numPendingTests,
  testResults,
}: VitestReport): Outcome {
  const unloadable = testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  ).length;
  const note = `${numPassedTests + numFailedTests} tests in ${testResults.length} files${numPendingTests > 0 ? `, ${numPendingTests} not run` : ""}`;
  return { passed: numPassedTests, failed: numFailedTests + unloadable, note };
}
