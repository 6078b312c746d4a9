import type { Outcome, Step } from "./step.ts";

/**
 * Runs the steps in order, prints a line for each, the output of those that failed, and `N passed, N failed` last. A step whose needed step failed
 * counts as failed too.
 *
 * @returns whether nothing failed
 */
export async function runSteps(steps: readonly Step[], write: (text: string) => void = (text) => process.stdout.write(text)): Promise<boolean> {
  let passed = 0;
  let failed = 0;
  const broken = new Set<string>();
  for (const step of steps) {
    write(`${step.name.padEnd(20)} `);
    const start = performance.now();
    const missing = step.needs?.find((name) => broken.has(name));
    const outcome = missing ? { passed: 0, failed: 1, note: `not run, because ${missing} failed` } : await finish(step);
    passed += outcome.passed;
    failed += outcome.failed;
    if (outcome.failed > 0) broken.add(step.name);
    const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(6);
    write(`${seconds} s  ${outcome.failed > 0 ? "FAILED" : "ok"}${outcome.note ? `  ${outcome.note}` : ""}\n`);
    if (outcome.failed > 0 && outcome.output) write(`${indent(outcome.output)}\n`);
  }
  write(`${passed} passed, ${failed} failed\n`);
  return failed === 0;
}

async function finish(step: Step): Promise<Outcome> {
  try {
    return await step.run();
  } catch (error) {
    return { passed: 0, failed: 1, output: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function indent(text: string): string {
  return text.trimEnd().replace(/^/gm, "    ");
}
