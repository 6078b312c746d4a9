import { expect, it } from "vitest";
import { peakMemory } from "./peak-memory.ts";

it("counts the values that are alive at a time", () => {
  const types = new Map(
    ["x", "a", "b", "c"].map((name) => [name, { dtype: "float32", dims: [10] }] as const),
  );
  const exp = (input: string, output: string) =>
    ({ operation: "exp", inputs: [input], output, attributes: {} }) as const;
  const graph = {
    inputs: [{ name: "x", dtype: "float32", dims: [10] }],
    outputs: [{ name: "y", value: "c" }],
    parameters: [],
    constants: new Map(),
    types,
  } as const;
  // a chain holds two
  expect(peakMemory({ ...graph, nodes: [exp("x", "a"), exp("a", "b"), exp("b", "c")] })).toBe(80);
});
