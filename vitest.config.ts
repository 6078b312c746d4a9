import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { faultyServer } from "./packages/core/src/weights/__fixtures__/faulty-server.ts";

const sources = "{packages,apps,data,tools}/*/src/**/*";
const elsewhere = ["**/node_modules/**", "**/dist/**"];

/** `*.browser.test.ts` run in headless Chromium, everything else in Node. The packages' own condition: a test run sees the sources, without a build. */
export default defineConfig({
  test: {
    testTimeout: 60_000,
    projects: [
      {
        ssr: { resolve: { conditions: ["glissade-source", "node", "import", "default"] } },
        test: { name: "node", include: [`${sources}.test.{ts,tsx}`], exclude: ["**/*.browser.test.*", ...elsewhere], testTimeout: 60_000 },
      },
      {
        resolve: { conditions: ["glissade-source", "browser", "import", "default"] },
        plugins: [faultyServer()],
        optimizeDeps: { exclude: ["onnxruntime-web"] }, // finds its .wasm beside itself
        server: { headers: { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" } }, // threads in WebAssembly
        test: {
          name: "chromium",
          include: [`${sources}.browser.test.{ts,tsx}`],
          exclude: elsewhere,
          testTimeout: 60_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
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
      },
    ],
  },
});
