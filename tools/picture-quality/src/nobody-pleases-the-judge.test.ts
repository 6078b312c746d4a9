import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const name = "picture-quality";
const places = ["packages", "apps", "data", "tools"];

it("is private, and imported by nothing: neither by what trains nor by what samples", async () => {
  const own = JSON.parse(await readFile(`${root}/tools/${name}/package.json`, "utf8"));
  expect(own.private).toBe(true);
  const found: string[] = [];
  for (const place of places) {
    for (const workspace of await readdir(`${root}/${place}`)) {
      if (workspace === name) continue;
      found.push(...(await filesThatImport(`${place}/${workspace}`)));
    }
  }
  expect(found).toEqual([]);
});

/** The workspace's package.json, and its sources that import from this one. */
async function filesThatImport(workspace: string): Promise<string[]> {
  const entries = await readdir(`${root}/${workspace}/src`, { recursive: true }).catch(() => []);
  const sources = entries
    .filter((file) => /\.(ts|tsx|js)$/.test(file))
    .map((file) => `src/${file}`);
  const found: string[] = [];
  for (const file of ["package.json", ...sources]) {
    const text = await readFile(`${root}/${workspace}/${file}`, "utf8").catch(() => "");
    const isImport = /["'][^"'\n]*picture-quality(\/[^"'\n]*)?["']/.test(text);
    if (isImport) found.push(`${workspace}/${file}`);
  }
  return found;
}
