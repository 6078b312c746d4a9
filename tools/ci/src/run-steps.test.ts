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
  const write = (part: string) => {
    text += part;
  };
  const succeeded = await runSteps(steps, { write });
  return { succeeded, lines: text.trimEnd().split("\n") };
}

it("adds up what the steps count and closes with the sum", async () => {
  const { succeeded, lines } = await linesOf([
    step("a", { passed: 40, failed: 0 }),
    step("b", { passed: 2, failed: 0 }),
  ]);
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
  const { lines } = await linesOf([
    step("build", { passed: 0, failed: 1 }),
    step("pack", { passed: 7, failed: 0 }, ["build"]),
  ]);
  expect(lines.join("\n")).toContain("not run, because build failed");
  expect(lines.at(-1)).toBe("0 passed, 2 failed");
});

it("runs so many steps at once, each after what it needs, and one that is to run alone with nothing beside it", async () => {
  const running = new Set<string>();
  const seen: string[] = [];
  const timed = (name: string, milliseconds: number, rest: Partial<Step> = {}): Step => ({
    name,
    ...rest,
    async run() {
      running.add(name);
      seen.push([...running].join("+"));
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      running.delete(name);
      return { passed: 1, failed: 0 };
    },
  });
  const steps = [
    timed("a", 60),
    timed("b", 20),
    timed("c", 60),
    timed("of c", 20, { needs: ["c"] }),
    timed("alone", 20, { alone: true }),
    timed("last", 0),
  ];
  expect(await runSteps(steps, { write: () => {}, atOnce: 2 })).toBe(true);
  expect(seen).toEqual(["a", "a+b", "a+c", "of c", "alone", "last"]);
});

it("lists the slowest test files before the sum, which stays the last line", async () => {
  const files = [{ path: "a.test.ts", seconds: 3 }];
  const { lines } = await linesOf([step("tests", { passed: 1, failed: 0, files })]);
  expect(lines.at(-2)).toContain("3.0 s  tests, 1 files");
  expect(lines.join("\n")).toContain("3.0 s  a.test.ts");
  expect(lines.at(-1)).toBe("1 passed, 0 failed");
});

it("leaves out what may be left out where it would start too late, and says so", async () => {
  let text = "";
  const succeeded = await runSteps(
    [step("short", { passed: 1, failed: 0 }), step("long", { passed: 5, failed: 1 })],
    {
      write: (part) => {
        text += part;
      },
      leaveOut: { names: ["long"], afterMinutes: 0 },
    },
  );
  expect(succeeded).toBe(true);
  expect(text).toContain("no time is left for it");
  expect(text).toMatch(/1 passed, 0 failed\n$/);
});
