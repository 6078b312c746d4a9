import { testOperations } from "@glissade/graph/testing";
import { afterAll, describe, it } from "vitest";
import { startedProviders } from "./__fixtures__/started-providers.ts";
import { tfjs } from "./tfjs-backend.ts";

for (const { provider, opened, title } of await startedProviders(["cpu", "wasm", "node"])) {
  describe.skipIf(!opened)(title, () => {
    const backend = tfjs({ providers: [provider] });
    afterAll(() => backend.dispose());
    testOperations({ describe, it }, backend, 2e-6);
  });
}
