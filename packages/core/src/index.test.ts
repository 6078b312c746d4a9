import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as core from "./index.ts";

/** Names that a module exports, types too, as its source lists them. */
function listedNames(source: string): string[] {
  return [...source.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, list = ""]) =>
    list
      .split(",")
      .map((entry) =>
        entry
          .trim()
          .replace(/^type /, "")
          .replace(/^.* as /, ""),
      )
      .filter(Boolean),
  );
}

const source = readFileSync(new URL("./index.ts", import.meta.url), "utf8");

describe("the root of @glissade/core", () => {
  it("lists every name: no folder's exports are passed on whole", () => {
    expect(source).not.toMatch(/export \*/);
    expect(listedNames(source)).toEqual(expect.arrayContaining(Object.keys(core)));
  });

  it("has the names that users need, and no other without a decision", () => {
    expect(listedNames(source).sort()).toMatchSnapshot();
  });
});
