import { describe, expect, it } from "vitest";
import { machineTraces } from "./machine-traces.ts";

// Put together here, so that this file does not break the rule that it tests.
const slash = "/";

describe("machineTraces", () => {
  it("finds absolute paths of one machine and names their line", () => {
    expect(machineTraces(`fine\nread("${slash}work/shared/a.json")`)).toEqual([
      `2: read("${slash}work/shared/a.json")`,
    ]);
    expect(machineTraces(`cd ${slash}root && ls`)).toHaveLength(1);
    expect(machineTraces(`"${slash}tmp"`)).toHaveLength(1);
  });

  it("finds a registry's host", () => {
    expect(
      machineTraces(`"resolved": "https:${slash}/registry.${"npmjs"}.org/a.tgz"`),
    ).toHaveLength(1);
  });

  it("leaves relative paths, addresses and longer names alone", () => {
    for (const text of [
      "./work/file",
      "src/tmp/x",
      "https://example.org/work/x",
      "/workspace/x",
      "/rooted",
      "/tmp-files",
      "a/root",
    ]) {
      expect(machineTraces(text), text).toEqual([]);
    }
  });
});
