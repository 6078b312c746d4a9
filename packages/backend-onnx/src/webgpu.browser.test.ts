import { testOperations } from "@glissade/graph/testing";
import { afterAll } from "vitest";
import { onnx } from "./onnx-backend.ts";

const backend = onnx({ providers: ["webgpu"], refuseZeros: false });
afterAll(() => backend.dispose());

testOperations(backend, 1e-5);
