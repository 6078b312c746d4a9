import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig, type TestProjectConfiguration } from "vitest/config";
import { faultyServer } from "./packages/core/src/model/__fixtures__/faulty-server.ts";
import { inNode } from "./vitest.in-node.ts";
import {
  longInBrowsers,
  longInDemo,
  longInNode,
  sharingTheQuota,
  timing,
} from "./vitest.long-tests.ts";

const sources = "{packages,apps,data,tools}/*/src/**/*";
const hooks = "packages/react/src/**/*";
const buildOfDemo = "apps/demo/src/__fixtures__/provide-built-demo.ts";
const elsewhere = ["**/node_modules/**", "**/dist/**"];

/**
 * Which projects run beside each other: those of one group, each with so many files at once. What
 * shares an origin's quota or measures time goes one file after another.
 */
const schedule = {
  beside: { maxWorkers: "100%", sequence: { groupOrder: 1 } },
  inTurn: { maxWorkers: 1, sequence: { groupOrder: 2 } },
};

interface TestProject {
  readonly name: string;
  /** Paths without their ending. */
  readonly include: string | readonly string[];
  /** Paths without their ending, of what other projects run. */
  readonly exclude?: readonly string[];
  readonly globalSetup?: string;
  /** Default: `schedule.beside` */
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
  scheduled = schedule.beside,
  alias = {},
  react = "19",
}: TestProject): TestProjectConfiguration {
  return {
    resolve: { alias },
    ssr: { resolve: { conditions: ["glissade-source", "node"] } },
    test: {
      name,
      provide: { react },
      testTimeout: 180_000,
      hookTimeout: 60_000,
      env: { GLISSADE_CACHE: join(tmpdir(), "glissade-test-cache") }, // not the developer's own
      ...scheduled,
      ...(globalSetup && { globalSetup }),
      include: filesOf(include, ".test.{ts,tsx}"),
      exclude: ["**/*.browser.test.*", ...elsewhere, ...filesOf(exclude, ".test.{ts,tsx}")],
    },
  };
}

/** Tests in headless Chromium. */
function chromium({
  name,
  include,
  exclude = [],
  scheduled = schedule.beside,
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
      name,
      provide: { react },
      include: filesOf(include, ".browser.test.{ts,tsx}"),
      exclude: [...elsewhere, ...filesOf(exclude, ".browser.test.{ts,tsx}")],
      testTimeout: 180_000,
      ...scheduled,
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

function filesOf(paths: string | readonly string[], ending: string): string[] {
  return [paths].flat().map((path) => `${path}${ending}`);
}

const pathsOf = (tests: readonly { readonly paths: string }[]) => tests.map(({ paths }) => paths);

/**
 * `*.browser.test.ts` run in headless Chromium, everything else in Node. `npm test` runs the
 * projects `node`, `chromium` and `chromium-in-turn`; `npm run test:all` runs the others too, which
 * take the files of vitest.long-tests.ts, and the hooks' with React 18.2.
 */
export default defineConfig({
  test: {
    testTimeout: 180_000,
    projects: [
      node({
        name: "node",
        include: sources,
        exclude: pathsOf([...longInNode, ...longInDemo, ...timing]),
      }),
      chromium({
        name: "chromium",
        include: sources,
        exclude: pathsOf([...longInBrowsers, ...sharingTheQuota]),
      }),
      chromium({
        name: "chromium-in-turn",
        include: pathsOf(sharingTheQuota),
        scheduled: schedule.inTurn,
      }),
      node({ name: "long-node", include: pathsOf(longInNode) }),
      node({ name: "long-node-react-18", ...react18 }),
      node({
        name: "long-demo",
        include: pathsOf(longInDemo),
        exclude: pathsOf(timing),
        globalSetup: buildOfDemo,
        scheduled: schedule.inTurn,
      }),
      node({
        name: "timing",
        include: pathsOf(timing),
        globalSetup: buildOfDemo,
        scheduled: schedule.inTurn,
      }),
      chromium({
        name: "long-chromium",
        include: pathsOf(longInBrowsers),
        scheduled: schedule.inTurn,
      }),
      chromium({
        name: "long-chromium-react-18",
        ...react18,
        scheduled: schedule.inTurn,
      }),
    ],
  },
});
