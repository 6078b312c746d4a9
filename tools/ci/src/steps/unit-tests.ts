import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileDurations, type VitestReport } from "../durations.ts";
import { runTool } from "../run-command.ts";
import type { Outcome, Step } from "../step.ts";

/** What a change can break: in Node, and beside it in Chromium with one provider a back end. */
export const unitTests: readonly Step[] = [
  testStep("unit tests", ["node"], { needs: ["chromium", "native TensorFlow.js"] }),
  testStep("browser tests", ["chromium", "chromium-in-turn"], { needs: ["chromium"] }),
];

/**
 * The files of vitest.long-tests.ts. Each step has the machine to itself: browsers wait for pages,
 * and some files measure time.
 */
export const longTests: readonly Step[] = [
  testStep("long tests", ["long-node", "long-node-react-18", "long-demo"], {
    needs: ["chromium"],
    alone: true,
  }),
  testStep("long browser tests", ["long-chromium", "long-chromium-react-18"], {
    needs: ["chromium"],
    alone: true,
  }),
  testStep("timing tests", ["timing"], { needs: ["chromium"], alone: true }),
];

/** Runs some of the projects of vitest.config.ts. */
function testStep(
  name: string,
  projects: readonly string[],
  settings: Pick<Step, "needs" | "alone"> = {},
): Step {
  return { name, ...settings, run: () => runProjects(projects) };
}

async function runProjects(projects: readonly string[]): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), "glissade-tests-"));
  try {
    const reportPath = join(folder, "report.json");
    const { succeeded, output } = await runTool("vitest", [
      "run",
      ...projects.map((project) => `--project=${project}`),
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${reportPath}`,
    ]);
    // there is none where Vitest itself could not start
    const text = await readFile(reportPath, "utf8").catch(() => undefined);
    if (text === undefined) return { passed: 0, failed: 1, output };
    const report = JSON.parse(text) as VitestReport;
    const outcome = countTests(report);
    // Vitest also fails for what no test is to blame for, such as an unhandled rejection.
    return {
      ...outcome,
      failed: succeeded ? outcome.failed : Math.max(1, outcome.failed),
      output,
      files: fileDurations(report),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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
}: Omit<VitestReport, "testResults"> & {
  readonly testResults: readonly Pick<
    VitestReport["testResults"][number],
    "status" | "assertionResults"
  >[];
}): Outcome {
  const unloadable = testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  ).length;
  const notRun = numPendingTests > 0 ? `, ${numPendingTests} not run` : "";
  const note = `${numPassedTests + numFailedTests} tests in ${testResults.length} files${notRun}`;
  return { passed: numPassedTests, failed: numFailedTests + unloadable, note };
}
