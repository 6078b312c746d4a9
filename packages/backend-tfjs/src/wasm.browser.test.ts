import { testOperations } from "@glissade/graph/testing";
import { afterAll, describe, it } from "vitest";
import { wasmPaths } from "./__fixtures__/wasm-paths.ts";
import { tfjs } from "./tfjs-backend.ts";

const backend = tfjs({ providers: ["wasm"], wasmPaths });
afterAll(() => backend.dispose());

testOperations({ describe, it }, backend, 2e-6);
