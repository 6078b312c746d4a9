import { defineConfig } from "vitest/config";

export default defineConfig({
  // The packages' own condition: a test run sees the sources, without a build.
  ssr: { resolve: { conditions: ["glissade-source", "node", "import", "default"] } },
  test: { include: ["packages/*/src/**/*.test.ts", "data/*/src/**/*.test.ts", "tools/*/src/**/*.test.ts"], testTimeout: 60_000 },
});
