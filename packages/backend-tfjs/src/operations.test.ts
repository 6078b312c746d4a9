import { afterAll, describe } from "vitest";
import { testOperations } from "../../core/src/graph/__fixtures__/operation-cases.ts";
import type { TfjsProvider } from "./providers.ts";
import { tfjs } from "./tfjs-backend.ts";

describe.each<TfjsProvider>(["cpu", "wasm", "node"])("on %s", (provider) => {
  const backend = tfjs({ providers: [provider] });
  afterAll(() => backend.dispose());
  testOperations(backend, 2e-6);
});
