import { describe, expect, it } from "vitest";
import { countCases } from "./conformance.ts";
import { reasonIn } from "./native-tensorflow.ts";
import { countTests } from "./unit-tests.ts";

describe("countTests", () => {
  it("counts tests, and a file that could not be loaded as one failure", () => {
    const report = {
      numPassedTests: 12,
      numFailedTests: 1,
      numPendingTests: 0,
      testResults: [
        { status: "passed", assertionResults: [1, 2] },
        { status: "failed", assertionResults: [3] },
        { status: "failed", assertionResults: [] },
      ],
    };
    expect(countTests(report)).toEqual({ passed: 12, failed: 2, note: "13 tests in 3 files" });
  });
});

describe("countCases", () => {
  const run =
    "pass  a/one   0.00e+0  0.00e+0\nFAIL  a/two   1.00e-1  2.00e-1  (too far)\nFAIL  c/other  -  -  (no such file)\n1 passed, 2 failed\n";

  it("counts cases", () => {
    expect(countCases(run)).toEqual({ passed: 1, failed: 2, note: "3 cases" });
  });

  it("refuses a run that broke off", () => {
    expect(() => countCases(run.replace(/1 passed.*\n/, ""))).toThrow("did not come to its end");
    expect(() => countCases("")).toThrow("did not come to its end");
  });
});

describe("reasonIn", () => {
  it("is one line of a script's complaint, or that it took too long", () => {
    expect(reasonIn("$ timeout 60 bash build.sh\nthere is no make\n(exit code 1)\n")).toBe(
      "there is no make",
    );
    expect(reasonIn("$ timeout 60 bash build.sh\n(exit code 124)\n")).toBe(
      "building it takes more than 60 s",
    );
  });
});
