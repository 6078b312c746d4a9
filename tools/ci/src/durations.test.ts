import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { durationTable, fileDurations } from "./durations.ts";
import { repositoryRoot } from "./workspace.ts";

describe("fileDurations", () => {
  it("reads seconds and paths from the root out of Vitest's report", () => {
    const times = { startTime: 1000, endTime: 3500, status: "passed", assertionResults: [] };
    const name = join(repositoryRoot, "packages", "core", "a.test.ts");
    expect(fileDurations({ testResults: [{ name, ...times }] })).toEqual([
      { path: "packages/core/a.test.ts", seconds: 2.5 },
    ]);
  });
});

describe("durationTable", () => {
  it("lists the slowest files of all steps first, then what each step's files took", () => {
    const steps = [
      {
        name: "unit tests",
        files: [
          { path: "a", seconds: 1 },
          { path: "b", seconds: 4 },
        ],
      },
      { name: "browser tests", files: [{ path: "c", seconds: 2 }] },
    ];
    expect(durationTable(steps, 2).trimEnd().split("\n")).toEqual([
      "The slowest test files",
      "      4.0 s  b",
      "      2.0 s  c",
      "The files of each step, added up",
      "      5.0 s  unit tests, 2 files",
      "      2.0 s  browser tests, 1 files",
    ]);
  });

  it("is empty where no tests ran", () => {
    expect(durationTable([{ name: "unit tests", files: [] }])).toBe("");
  });
});
