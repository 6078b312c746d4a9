import { fileURLToPath } from "node:url";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig, type TestProjectConfiguration } from "vitest/config";
import { faultyServer } from "./packages/core/src/weights/__fixtures__/faulty-server.ts";
import { inNode } from "./vitest.in-node.ts";

const sources = "{packages,apps,data,tools}/*/src/**/*";
const hooks = "packages/react/src/**/*";
const elsewhere = ["**/node_modules/**", "**/dist/**"];

interface TestProject {
  readonly name: string;
  /** Paths without their ending. */
  readonly include: string;
  readonly alias?: Readonly<Record<string, string>>;
  /** React's major version, which the hooks' tests expect. */
  readonly react?: string;
}

const react18Paths = Object.fromEntries(
  ["react", "react-dom"].map((name) => [name, fileURLToPath(new URL(`tools/react-18/node_modules/${name}`, import.meta.url))]),
);
const react18 = { include: hooks, alias: react18Paths, react: "18" };

/** Tests in Node. The packages' own condition: a test run sees the sources, without a build. */
function node({ name, include, alias = {}, react = "19" }: TestProject): TestProjectConfiguration {
  return {
    resolve: { alias },
    ssr: { resolve: { conditions: ["glissade-source", "node"] } },
    test: { name, provide: { react }, include: [`${include}.test.{ts,tsx}`], exclude: ["**/*.browser.test.*", ...elsewhere], testTimeout: 60_000 },
  };
}

/** Tests in headless Chromium. */
function chromium({ name, include, alias = {}, react = "19" }: TestProject): TestProjectConfiguration {
  return {
    plugins: [faultyServer()],
    resolve: { alias, conditions: ["glissade-source", "browser", "import", "default"] },
    optimizeDeps: { exclude: ["onnxruntime-web"] }, // finds its .wasm beside itself
    server: { headers: { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" } }, // threads in WebAssembly
    test: {
      ...{ name, provide: { react } },
      include: [`${include}.browser.test.{ts,tsx}`],
      exclude: elsewhere,
      testTimeout: 60_000,
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        commands: { inNode },
        provider: playwright({
          launchOptions: {
            executablePath: process.env.GLISSADE_CHROMIUM ?? "/usr/bin/chromium",
            args: [
              "--no-sandbox",
              "--enable-unsafe-webgpu", // a software adapter where there is no graphics card
              "--disable-quic",
              "--no-first-run",
              "--disable-background-networking",
              "--disable-component-update",
              "--disable-sync",
            ],
          },
        }),
        instances: [{ browser: "chromium" }],
      },
    },
  };
}

/** `*.browser.test.ts` run in headless Chromium, everything else in Node; those of the hooks with React 18.2 as well. */
export default defineConfig({
  test: {
    testTimeout: 60_000,
    projects: [
      node({ name: "node", include: sources }),
      node({ name: "node-react-18", ...react18 }),
      chromium({ name: "chromium", include: sources }),
      chromium({ name: "chromium-react-18", ...react18 }),
    ],
  },
});
