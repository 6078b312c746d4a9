import { describe, expect, it } from "vitest";
import { Run, RunStartedError } from "./run.ts";

/** Three steps and a sum, with what happened to it. */
function sumOfThree(onProgress?: (step: number) => void) {
  const seen = { begun: 0, ended: 0, aborted: false };
  const run = new Run<number, number>(
    async function* (signal) {
      seen.begun++;
      signal.addEventListener("abort", () => {
        seen.aborted = true;
      });
      try {
        for (const step of [1, 2, 3]) {
          signal.throwIfAborted();
          yield step;
        }
        return 6;
      } finally {
        seen.ended++;
      }
    },
    { onProgress },
  );
  return { run, seen };
}

async function stepsOf(run: AsyncIterable<number>): Promise<number[]> {
  const steps: number[] = [];
  for await (const step of run) steps.push(step);
  return steps;
}

describe("Run", () => {
  it("starts when it is awaited, once, and reports its steps", async () => {
    const reported: number[] = [];
    const { run, seen } = sumOfThree((step) => reported.push(step));
    await Promise.resolve();
    expect(seen.begun).toBe(0);
    expect([await run, await run]).toEqual([6, 6]);
    expect([reported, seen]).toEqual([[1, 2, 3], { begun: 1, ended: 1, aborted: false }]);
  });

  it("starts when it is iterated, and gives the same result afterwards", async () => {
    const { run, seen } = sumOfThree();
    expect(await stepsOf(run)).toEqual([1, 2, 3]);
    expect([await run, seen.begun]).toEqual([6, 1]);
  });

  it("can be awaited while its steps are iterated", async () => {
    const { run } = sumOfThree();
    const steps = run[Symbol.asyncIterator]();
    const result = run.then((sum) => 2 * sum);
    while (!(await steps.next()).done);
    expect(await result).toBe(12);
  });

  it("refuses a second iteration", async () => {
    const { run } = sumOfThree();
    await stepsOf(run);
    expect(() => run[Symbol.asyncIterator]()).toThrow(RunStartedError);
    const awaited = sumOfThree().run;
    await awaited;
    await expect(stepsOf(awaited)).rejects.toThrow(RunStartedError);
  });

  it("is stopped by leaving the iteration", async () => {
    const { run, seen } = sumOfThree();
    for await (const step of run) if (step === 2) break;
    expect(seen).toEqual({ begun: 1, ended: 1, aborted: true });
    await expect(run).rejects.toMatchObject({ name: "AbortError" });
  });

  it("passes errors on to both, and the reason of the caller's signal", async () => {
    const controller = new AbortController();
    const run = new Run<number, number>(
      async function* (signal) {
        yield 1;
        signal.throwIfAborted();
        return 1;
      },
      { signal: controller.signal },
    );
    const steps = run[Symbol.asyncIterator]();
    await steps.next();
    controller.abort(new Error("enough"));
    await expect(steps.next()).rejects.toThrow("enough");
    await expect(run).rejects.toThrow("enough");
    await expect(run.catch(String)).resolves.toBe("Error: enough");
  });

  it("aborts a step that is being computed", async () => {
    const run = new Run<number, number>(async function* (signal) {
      await new Promise((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason)),
      );
      yield 1;
      return 1;
    });
    const steps = run[Symbol.asyncIterator]();
    const first = steps.next();
    await Promise.all([
      expect(first).rejects.toMatchObject({ name: "AbortError" }),
      steps.return(),
    ]);
  });
});
