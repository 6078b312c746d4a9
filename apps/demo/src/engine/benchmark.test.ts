import { describe, expect, it } from "vitest";
import { benchmarkTable, median } from "./benchmark.ts";

describe("the benchmark", () => {
  it("takes the middle of an odd and the mean of the two middle ones of an even number", () => {
    expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([5])]).toEqual([2, 2.5, 5]);
  });

  it("writes a table that can be pasted, and says where nothing is known", () => {
    const measured = {
      loadMilliseconds: undefined,
      passMilliseconds: 40.4,
      imageMilliseconds: 900.6,
      megabytes: 120,
    };
    const row = { backend: "tfjs", provider: "wasm", threads: "2", ...measured };
    expect(benchmarkTable([row], "4 cores").split("\n").at(-1)).toBe(
      "| tfjs | wasm | 2 | not told | 40 | 901 | 120 |",
    );
  });
});
