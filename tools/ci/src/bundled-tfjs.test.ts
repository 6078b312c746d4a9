import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright";
import { build, preview } from "vite";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = fileURLToPath(new URL("./__fixtures__/tfjs-app", import.meta.url));
const isolated = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

let outDir: string;
beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), "glissade-tfjs-app-"));
  const resolve = { conditions: ["glissade-source", "module", "browser", "import", "default"] };
  await build({
    root,
    configFile: false,
    logLevel: "silent",
    resolve,
    build: { outDir, emptyOutDir: true, target: "es2022" },
  });
});
afterAll(() => rm(outDir, { recursive: true, force: true }));

// Where threads are to be had, TensorFlow.js starts them from the text of its own functions, which
// minifiers change.
it("starts TensorFlow.js's WebAssembly in a page with threads, from Vite's minified bundle", async () => {
  const site = await preview({
    root,
    configFile: false,
    logLevel: "silent",
    build: { outDir },
    preview: { port: 0, host: "127.0.0.1", headers: isolated },
  });
  const browser = await chromium.launch({
    executablePath: process.env.GLISSADE_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  });
  try {
    const page = await browser.newPage();
    await page.goto(site.resolvedUrls?.local[0] ?? "");
    await page.waitForFunction("globalThis.product"); // the app's script has run
    expect(await page.evaluate("product()")).toEqual({ provider: "wasm", y: [7, 10] });
    expect(await page.evaluate("crossOriginIsolated")).toBe(true);
  } finally {
    await browser.close();
    await site.close();
  }
});
