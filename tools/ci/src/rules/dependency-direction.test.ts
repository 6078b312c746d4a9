import { describe, expect, it } from "vitest";
import {
  folderProblems,
  forbiddenImports,
  importedModules,
  importsByPath,
} from "./dependency-direction.ts";

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

  it("lets a backend import graph, with its subpaths, and nothing else of the repository", () => {
    const graph =
      'import { a } from "@glissade/graph";\nimport { b } from "@glissade/graph/testing";';
    expect(forbiddenImports("@glissade/backend-onnx", `${graph}\nimport x from "pbf";`)).toEqual(
      [],
    );
    expect(
      forbiddenImports("@glissade/backend-onnx", 'import { a } from "@glissade/model-emoji";'),
    ).toEqual(["@glissade/model-emoji"]);
    expect(
      forbiddenImports("@glissade/backend-onnx", 'import { a } from "@glissade/core";'),
    ).toEqual(["@glissade/core"]);
  });

  it("keeps the backends apart, and lets the command use both", () => {
    expect(
      forbiddenImports(
        "@glissade/backend-tfjs",
        'import { a } from "@glissade/graph";\nimport { b } from "@glissade/backend-onnx";',
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

describe("folderProblems", () => {
  const root = "packages/core/src";
  const problemsOf = (name: string, files: Readonly<Record<string, string>>) =>
    folderProblems(
      name,
      root,
      new Map(Object.entries(files).map(([path, text]) => [`${root}/${path}`, text])),
    );

  it("lets a folder import those below it", () => {
    const files = { "pipelines/glide.ts": 'import { a } from "../diffusion/forward-process.ts";' };
    expect(problemsOf("@glissade/core", files)).toEqual([]);
  });

  it("refuses an import of a folder above, or of one beside it", () => {
    expect(
      problemsOf("@glissade/core", { "diffusion/a.ts": 'import { b } from "../pipelines/b.ts";' }),
    ).toEqual([
      `${root}/diffusion/a.ts imports ${root}/pipelines/b.ts: diffusion/ must not depend on pipelines/`,
    ]);
    expect(
      problemsOf("@glissade/core", { "samplers/a.ts": 'import { b } from "../guidance/b.ts";' }),
    ).toHaveLength(1);
  });

  it("finds a circle of three folders in any package", () => {
    const files = {
      "a/one.ts": 'import "../b/two.ts";',
      "b/two.ts": 'import "../c/three.ts";',
      "c/three.ts": 'import "../a/one.ts";',
      "d/four.ts": 'import "../a/one.ts";',
    };
    const problems = problemsOf("@glissade/other", files);
    expect(problems).toHaveLength(3);
    expect(problems[0]).toContain("b/ depends on a/ too, a circle");
  });
});

describe("importsByPath", () => {
  it("refuses another package's sources and fixtures by path, and allows one's own", () => {
    const path = "packages/core/src/model/a.test.ts";
    const importOf = (name: string) => `import { b } from "${name}";`;
    expect(importsByPath(path, importOf("../../../graph/src/b.ts"))).toEqual([
      "packages/graph/src/b.ts",
    ]);
    expect(importsByPath(path, importOf("../image/b.ts"))).toEqual([]);
    expect(importsByPath(path, importOf("../../../../vitest.in-node.ts"))).toEqual([]);
  });
});
