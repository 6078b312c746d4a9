import { afterAll } from "vitest";
import { testOperations } from "../../core/src/graph/__fixtures__/operation-cases.ts";
import { onnx } from "./onnx-backend.ts";

const backend = onnx({ providers: ["webgpu"], refuseZeros: false });
afterAll(() => backend.dispose());

testOperations(backend, 1e-5);
