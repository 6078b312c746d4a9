import { describe, expect, it } from "vitest";
import { forbiddenImports, importedModules } from "./dependency-direction.ts";

describe("importedModules", () => {
  it("reads imports, re-exports, dynamic and side-effect imports over several lines", () => {
    const source = `
      import type { Tensor } from "@glissade/core";
      import {
        a,
        b,
      } from './near.ts';
      export * from "far";
      import "effect";
      const lazy = await import("lazy");
    `;
    expect(importedModules(source)).toEqual([
      "@glissade/core",
      "./near.ts",
      "far",
      "effect",
      "lazy",
    ]);
  });
});

describe("forbiddenImports", () => {
  it("keeps core free of the other packages", () => {
    expect(
      forbiddenImports("@glissade/core", 'import { onnx } from "@glissade/backend-onnx";'),
    ).toEqual(["@glissade/backend-onnx"]);
    expect(forbiddenImports("@glissade/core", 'export { run } from "glissade";')).toEqual([
      "glissade",
    ]);
  });

  it("lets a backend import core, with its subpaths, and nothing else of the repository", () => {
    expect(
      forbiddenImports(
        "@glissade/backend-onnx",
        'import { a } from "@glissade/core";\nimport { b } from "@glissade/core/graph";\nimport x from "pbf";',
      ),
    ).toEqual([]);
    expect(
      forbiddenImports("@glissade/backend-onnx", 'import { a } from "@glissade/model-emoji";'),
    ).toEqual(["@glissade/model-emoji"]);
  });

  it("keeps the backends apart, and lets the command use both", () => {
    expect(
      forbiddenImports(
        "@glissade/backend-tfjs",
        'import { a } from "@glissade/core";\nimport { b } from "@glissade/backend-onnx";',
      ),
    ).toEqual(["@glissade/backend-onnx"]);
    expect(
      forbiddenImports("@glissade/backend-onnx", 'import { tfjs } from "@glissade/backend-tfjs";'),
    ).toEqual(["@glissade/backend-tfjs"]);
    expect(
      forbiddenImports(
        "glissade",
        'await import("@glissade/backend-onnx");\nawait import("@glissade/backend-tfjs");',
      ),
    ).toEqual([]);
  });

  it("allows nothing to a package that it does not know", () => {
    expect(forbiddenImports("@glissade/new", 'import { a } from "@glissade/core";')).toEqual([
      "@glissade/core",
    ]);
  });
});
