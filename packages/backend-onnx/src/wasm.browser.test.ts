import { afterAll } from "vitest";
import { testOperations } from "../../core/src/graph/__fixtures__/operation-cases.ts";
import { onnx } from "./onnx-backend.ts";

const backend = onnx({ providers: ["wasm"], threads: 1 });
afterAll(() => backend.dispose());

testOperations(backend, 2e-6);
