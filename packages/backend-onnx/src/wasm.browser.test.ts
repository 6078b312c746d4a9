import { testOperations } from "@glissade/graph/testing";
import { afterAll, describe, it } from "vitest";
import { onnx } from "./onnx-backend.ts";

const backend = onnx({ providers: ["wasm"], threads: 1 });
afterAll(() => backend.dispose());

testOperations({ describe, it }, backend, 2e-6);
