import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Rollup } from "vite";
import { describe, expect, it } from "vitest";

const entry = "virtual:generate";

/**
 * What a page that loads a model and makes images fetches before it does so: the entry and what
 * it imports statically, minified and compressed.
 */
async function initialBytes(program: string): Promise<number> {
  const result = await build({
    root: fileURLToPath(new URL("../../../packages/core", import.meta.url)),
    configFile: false,
    logLevel: "error",
    mode: "production",
    plugins: [
      {
        name: "entry",
        resolveId: (id) => (id === entry ? id : null),
        load: (id) => (id === entry ? program : null),
      },
    ],
    resolve: { conditions: ["glissade-source", "browser", "import", "default"] },
    build: {
      write: false,
      target: "es2022",
      modulePreload: false,
      rolldownOptions: { input: entry },
    },
  });
  if (!("output" in result)) throw new Error("Vite gave no output.");
  const chunks = new Map(
    result.output.flatMap((file) =>
      file.type === "chunk" ? [[file.fileName, file] as const] : [],
    ),
  );
  const initial = new Set<Rollup.OutputChunk>();
  const add = (chunk: Rollup.OutputChunk | undefined) => {
    if (!chunk || initial.has(chunk)) return;
    initial.add(chunk);
    for (const name of chunk.imports) add(chunks.get(name));
  };
  add([...chunks.values()].find(({ isEntry }) => isEntry));
  return [...initial].reduce((sum, { code }) => sum + gzipSync(code).length, 0);
}

describe("core's entry for generating", () => {
  it("is under 40 kB, minified and compressed; what only some models and tasks need comes with them", async () => {
    const bytes = await initialBytes(
      'import { loadGlide } from "@glissade/core"; globalThis.loadGlide = loadGlide;',
    );
    expect(bytes).toBeGreaterThan(20_000);
    expect(bytes).toBeLessThan(40_000);
  });
});
