import { expect, it } from "vitest";
import { runSteps } from "./run-steps.ts";
import type { Outcome, Step } from "./step.ts";

function step(name: string, outcome: Outcome | Error, needs: readonly string[] = []): Step {
  return {
    name,
    needs,
    async run() {
      if (outcome instanceof Error) throw outcome;
      return outcome;
    },
  };
}

async function linesOf(steps: readonly Step[]): Promise<{ succeeded: boolean; lines: string[] }> {
  let text = "";
  const succeeded = await runSteps(steps, (part) => {
    text += part;
  });
  return { succeeded, lines: text.trimEnd().split("\n") };
}

it("adds up what the steps count and closes with the sum", async () => {
  const { succeeded, lines } = await linesOf([step("a", { passed: 40, failed: 0 }), step("b", { passed: 2, failed: 0 })]);
  expect(succeeded).toBe(true);
  expect(lines.at(-1)).toBe("42 passed, 0 failed");
});

it("shows the output of a failed step only, and goes on", async () => {
  const { succeeded, lines } = await linesOf([
    step("good", { passed: 1, failed: 0, output: "chatter" }),
    step("bad", { passed: 3, failed: 2, output: "the reason" }),
    step("later", { passed: 1, failed: 0 }),
  ]);
  expect(succeeded).toBe(false);
  expect(lines).toContain("    the reason");
  expect(lines).not.toContain("    chatter");
  expect(lines.at(-1)).toBe("5 passed, 2 failed");
});

it("counts a step that throws as one failure", async () => {
  const { lines } = await linesOf([step("bad", new Error("no such folder"))]);
  expect(lines.join("\n")).toContain("no such folder");
  expect(lines.at(-1)).toBe("0 passed, 1 failed");
});

it("does not run a step whose needed step failed, and counts it as failed", async () => {
  const { lines } = await linesOf([step("build", { passed: 0, failed: 1 }), step("pack", { passed: 7, failed: 0 }, ["build"])]);
  expect(lines.join("\n")).toContain("not run, because build failed");
  expect(lines.at(-1)).toBe("0 passed, 2 failed");
});
