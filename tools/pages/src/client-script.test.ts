import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { runInNewContext } from "node:vm";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientScript } from "./client-script.ts";
import { pageScripts } from "./page-scripts.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "glissade-pages-"));
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  await writeFile(join(folder, "word.ts"), 'export const word: string = "\u2212 done";');
  await writeFile(
    join(folder, "page.client.ts"),
    'import { word } from "./word.ts";\nreport(word);\ndeclare const report: (word: string) => void;',
  );
});
afterAll(() => rm(folder, { recursive: true }));

/** What the script reports when it runs. */
function reported(script: string): string[] {
  const words: string[] = [];
  runInNewContext(script, { report: (word: string) => words.push(word) });
  return words;
}

describe("clientScript", () => {
  it("bundles an entry and its imports into a script without imports or names of its own", () => {
    const script = clientScript(pathToFileURL(join(folder, "page.client.ts")));
    expect(reported(script)).toEqual(["\u2212 done"]);
    expect(script).not.toMatch(/^(?:import|export|var word)/m);
    expect(script).not.toContain(folder);
  });
});

describe("pageScripts", () => {
  it("puts the scripts themselves in place of the module that bundles them", async () => {
    const loader = JSON.stringify(new URL("./client-script.ts", import.meta.url).pathname);
    await writeFile(
      join(folder, "page.scripts.ts"),
      `import { clientScript } from ${loader};
export const pageScript = () => clientScript(new URL("./page.client.ts", import.meta.url));`,
    );
    await writeFile(
      join(folder, "server.ts"),
      'import { pageScript } from "./page.scripts.ts";\nexport const served = pageScript();',
    );
    const { outputFiles } = await build({
      entryPoints: [join(folder, "server.ts")],
      bundle: true,
      format: "esm",
      platform: "node",
      plugins: [pageScripts()],
      write: false,
    });
    const text = outputFiles[0]?.text ?? "";
    expect(text).not.toMatch(/esbuild|^import/m);
    const { served } = await import(`data:text/javascript,${encodeURIComponent(text)}`);
    expect(reported(served)).toEqual(["\u2212 done"]);
  });
});
