import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig, type TestProjectConfiguration } from "vitest/config";
import { faultyServer } from "./packages/core/src/model/__fixtures__/faulty-server.ts";
import { inNode } from "./vitest.in-node.ts";

const sources = "{packages,apps,data,tools}/*/src/**/*";
const hooks = "packages/react/src/**/*";
/** The built demo in a browser of its own, as its visitors have it. */
const demo = "apps/demo/src/*";
/** Measures how long the page is held up. */
const demoTiming = "apps/demo/src/create";
const buildOfDemo = "apps/demo/src/__fixtures__/provide-built-demo.ts";
const elsewhere = ["**/node_modules/**", "**/dist/**"];

/**
 * Which projects run beside each other: those of one group, each with so many files at once. Tests
 * in Node take all processors; browsers share an origin's quota, so that their files run one after
 * another, with the demo's beside them; what measures time runs alone.
 */
const schedule = {
  inNode: { maxWorkers: "100%", sequence: { groupOrder: 1 } },
  inBrowsers: { maxWorkers: 1, sequence: { groupOrder: 2 } },
  alone: { maxWorkers: 1, sequence: { groupOrder: 3 } },
};

interface TestProject {
  readonly name: string;
  /** Paths without their ending. */
  readonly include: string;
  /** Paths without their ending, of what other projects run. */
  readonly exclude?: readonly string[];
  readonly globalSetup?: string;
  /** Default: `schedule.inNode` */
  readonly scheduled?: (typeof schedule)[keyof typeof schedule];
  readonly alias?: Readonly<Record<string, string>>;
  /** React's major version, which the hooks' tests expect. */
  readonly react?: string;
}

const react18Paths = Object.fromEntries(
  ["react", "react-dom"].map((name) => [
    name,
    fileURLToPath(new URL(`tools/react-18/node_modules/${name}`, import.meta.url)),
  ]),
);
const react18 = { include: hooks, alias: react18Paths, react: "18" };

/** Tests in Node. The packages' own condition: a test run sees the sources, without a build. */
function node({
  name,
  include,
  exclude = [],
  globalSetup,
  scheduled = schedule.inNode,
  alias = {},
  react = "19",
}: TestProject): TestProjectConfiguration {
  return {
    resolve: { alias },
    ssr: { resolve: { conditions: ["glissade-source", "node"] } },
    test: {
      ...{
        name,
        provide: { react },
        testTimeout: 60_000,
        hookTimeout: 60_000,
        env: { GLISSADE_CACHE: join(tmpdir(), "glissade-test-cache") }, // not the developer's own
        ...scheduled,
        ...(globalSetup && { globalSetup }),
      },
      include: [`${include}.test.{ts,tsx}`],
      exclude: [
        "**/*.browser.test.*",
        ...elsewhere,
        ...exclude.map((paths) => `${paths}.test.{ts,tsx}`),
      ],
    },
  };
}

/** Tests in headless Chromium. */
function chromium({
  name,
  include,
  alias = {},
  react = "19",
}: TestProject): TestProjectConfiguration {
  return {
    plugins: [faultyServer()],
    resolve: { alias, conditions: ["glissade-source", "browser", "import", "default"] },
    optimizeDeps: { exclude: ["onnxruntime-web"] }, // finds its .wasm beside itself
    server: {
      headers: {
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
      },
    }, // threads in WebAssembly
    test: {
      ...{ name, provide: { react } },
      include: [`${include}.browser.test.{ts,tsx}`],
      exclude: elsewhere,
      testTimeout: 60_000,
      ...schedule.inBrowsers,
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

/**
 * `*.browser.test.ts` run in headless Chromium, everything else in Node; those of the hooks with
 * React 18.2 as well.
 */
export default defineConfig({
  test: {
    testTimeout: 60_000,
    projects: [
      node({ name: "node", include: sources, exclude: [demo] }),
      node({ name: "node-react-18", ...react18 }),
      node({
        name: "demo",
        include: demo,
        exclude: [demoTiming],
        globalSetup: buildOfDemo,
        scheduled: schedule.inBrowsers,
      }),
      node({
        name: "demo-timing",
        include: demoTiming,
        globalSetup: buildOfDemo,
        scheduled: schedule.alone,
      }),
      chromium({ name: "chromium", include: sources }),
      chromium({ name: "chromium-react-18", ...react18 }),
    ],
  },
});
