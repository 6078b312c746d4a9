import { testOperations } from "@glissade/graph/testing";
import { afterAll } from "vitest";
import { onnx } from "./onnx-backend.ts";

const backend = onnx({ providers: ["wasm"], threads: 2 });
afterAll(() => backend.dispose());

testOperations(backend, 2e-6);
