import { testOperations } from "@glissade/graph/testing";
import { afterAll, describe, it } from "vitest";
import { onnx } from "./onnx-backend.ts";

const backend = onnx({ providers: ["webgpu"], refuseZeros: false });
afterAll(() => backend.dispose());

testOperations({ describe, it }, backend, 1e-5);
