import { createReadStream } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { build as esbuild } from "esbuild";
import { chromium } from "playwright";
import { build as viteBuild } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { repositoryRoot } from "./workspace.ts";

const app = fileURLToPath(new URL("./__fixtures__/browser-app", import.meta.url));
const modelFolder = join(repositoryRoot, "packages/model-emoji/model");
/** The least under which everything runs; docs/browsers.md explains each part. */
const strictPolicy =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' data:";

let output: string;
let warnings: string[];
beforeAll(async () => {
  output = await mkdtemp(join(tmpdir(), "glissade-bundlers-"));
  warnings = await buildWithVite(join(output, "vite"));
});
afterAll(() => rm(output, { recursive: true, force: true }));

/** @returns what Vite warned of */
async function buildWithVite(outDir: string): Promise<string[]> {
  const warned: string[] = [];
  const warn = (message: string) => void warned.push(message);
  await viteBuild({
    root: app,
    configFile: false,
    base: "./",
    logLevel: "warn",
    customLogger: {
      info() {},
      warn,
      warnOnce: warn,
      error: warn,
      clearScreen() {},
      hasErrorLogged: () => false,
      hasWarned: false,
    },
    resolve: { conditions: ["glissade-source", "module", "browser", "import", "default"] },
    // How long a build takes on a busy machine is no warning of ours.
    worker: { format: "es", rolldownOptions: { checks: { bundlerTimings: false } } },
    build: {
      outDir,
      emptyOutDir: true,
      target: "es2022",
      rolldownOptions: { checks: { bundlerTimings: false } },
    },
  });
  return warned;
}

/**
 * The scripts of a folder that are not ONNX Runtime's, which looks for Node in code that browsers
 * never reach.
 */
async function ownScripts(folder: string): Promise<Map<string, string>> {
  const names = (await readdir(folder)).filter(
    (name) => name.endsWith(".js") && !name.startsWith("ort."),
  );
  return new Map(
    await Promise.all(
      names.map(async (name) => [name, await readFile(join(folder, name), "utf8")] as const),
    ),
  );
}

async function expectForBrowsers(folder: string): Promise<void> {
  const scripts = await ownScripts(folder);
  expect(scripts.size).toBeGreaterThan(5);
  expect([...scripts.values()].join("\n")).toContain("WorkerLostError");
  for (const [name, text] of scripts) {
    expect(
      [...text.matchAll(/["']node:[a-z/]+["']|\beval\(|\bnew Function\b/g)].map(
        ([found]) => `${found} in ${name}`,
      ),
    ).toEqual([]);
  }
}

describe("Vite", () => {
  it("builds an app with a worker without a warning, and nothing of Node's or that evaluates text in it", async () => {
    expect(warnings).toEqual([]);
    await expectForBrowsers(join(output, "vite/assets"));
  });

  it("ships every weight of the model, and ONNX Runtime's two WebAssembly files", async () => {
    const shipped = await readdir(join(output, "vite/assets"));
    const lengths = async (folder: string, names: readonly string[]) =>
      (
        await Promise.all(
          names
            .filter((name) => name.endsWith(".safetensors"))
            .map(async (name) => (await stat(join(folder, name))).size),
        )
      ).sort();
    expect(await lengths(join(output, "vite/assets"), shipped)).toEqual(
      await lengths(modelFolder, await readdir(modelFolder, { recursive: true })),
    );
    const runtime = shipped
      .filter((name) => name.endsWith(".wasm"))
      .map((name) => name.replace(/-[^-]+\.wasm$/, ".wasm"));
    expect(runtime.sort()).toEqual([
      "ort-wasm-simd-threaded.asyncify.wasm",
      "ort-wasm-simd-threaded.wasm",
    ]);
  });

  it("builds what makes images in Chromium under a strict Content-Security-Policy, in a worker with threads and on the page", async () => {
    const site = await serve(join(output, "vite"), strictPolicy);
    const browser = await chromium.launch({
      executablePath: process.env.GLISSADE_CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"],
    });
    try {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on("console", (message) => message.type() !== "log" && complaints.push(message.text()));
      page.on("pageerror", ({ message }) => complaints.push(message));
      await page.goto(site.url);
      await page.waitForFunction("globalThis.images"); // the app's script has run
      const { here, inWorker } = await page.evaluate<{ here: number[]; inWorker: number[] }>(
        "images()",
      );
      expect(complaints).toEqual([]);
      expect(here).toHaveLength(32 * 32 * 3);
      expect(new Set(here).size).toBeGreaterThan(20);
      expect(
        Math.max(...here.map((value, index) => Math.abs(value - (inWorker[index] ?? Number.NaN)))),
      ).toBeLessThanOrEqual(1);
      expect(await page.evaluate("crossOriginIsolated")).toBe(true);
    } finally {
      await browser.close();
      await site.close();
    }
  });
});

describe("esbuild", () => {
  it("builds the app and its worker without a warning, and nothing of Node's or that evaluates text in it", async () => {
    const outdir = join(output, "esbuild");
    const result = await esbuild({
      entryPoints: [join(app, "index.ts"), join(app, "worker.ts")],
      bundle: true,
      splitting: true,
      format: "esm",
      target: "es2022",
      outdir,
      conditions: ["glissade-source", "module", "browser"],
      chunkNames: "[name]-[hash]",
      logLevel: "silent",
    });
    expect(result.warnings).toEqual([]);
    await expectForBrowsers(outdir);
  });
});

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/** A folder behind a host that isolates pages and has ONNX Runtime's files in `runtime/`. */
async function serve(
  folder: string,
  policy: string,
): Promise<{ url: string; close(): Promise<void> }> {
  const runtime = join(repositoryRoot, "node_modules/onnxruntime-web/dist");
  const server: Server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname);
    const file = path.startsWith("/runtime/")
      ? join(runtime, path.slice("/runtime/".length))
      : join(folder, path === "/" ? "index.html" : path);
    const found = await stat(file).catch(() => undefined);
    if (!found?.isFile()) return response.writeHead(path === "/favicon.ico" ? 204 : 404).end();
    response.writeHead(200, {
      "Content-Type": contentTypes[extname(file)] ?? "application/octet-stream",
      "Content-Length": found.size,
      "Content-Security-Policy": policy,
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Embedder-Policy": "require-corp",
    });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // of a server that listens on a port
  return {
    url: `http://localhost:${port}/`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
