import { describe, expect, it } from "vitest";
import { type Backend, interpreter } from "../index.ts";
import { testOperations, testRefusedInputs } from "./index.ts";

testOperations({ describe, it }, interpreter(), 2e-7);
testRefusedInputs({ describe, it }, interpreter);

/** How many of the kit's tests a backend fails. */
async function failures(define: (framework: Parameters<typeof testOperations>[0]) => void) {
  const runs: (() => Promise<void>)[] = [];
  define({ describe: (_, inner) => inner(), it: (_, run) => runs.push(run) });
  const settled = await Promise.allSettled(runs.map((run) => run()));
  return { tests: runs.length, failed: settled.filter((s) => s.status === "rejected").length };
}

/** The interpreter, with every float that it returns a little off. */
function inexact(): Backend {
  const exact = interpreter();
  return {
    ...exact,
    dispose: () => exact.dispose(),
    async compile(...given) {
      const executable = await exact.compile(...given);
      return {
        dispose: () => executable.dispose(),
        async run(...inputs) {
          const results = await executable.run(...inputs);
          return Object.fromEntries(
            Object.entries(results).map(([name, value]) => [
              name,
              value.dtype === "float32"
                ? { ...value, data: value.data.map((x) => x + 1e-3) }
                : value,
            ]),
          );
        },
      };
    },
  };
}

describe("the test kit", () => {
  it("finds a backend whose numbers are off in nearly every case", async () => {
    const { tests, failed } = await failures((f) => testOperations(f, inexact(), 2e-6));
    expect(tests).toBeGreaterThan(60);
    expect(failed).toBeGreaterThan(0.9 * tests);
  });

  it("finds a backend that takes any input", async () => {
    const careless = (): Backend => ({
      specificationVersion: interpreter().specificationVersion,
      name: "careless",
      provider: undefined,
      dispose: async () => {},
      compile: async () => ({ run: async () => ({}), dispose: async () => {} }),
    });
    const { tests, failed } = await failures((f) => testRefusedInputs(f, careless));
    expect(failed).toBe(tests);
  });
});
