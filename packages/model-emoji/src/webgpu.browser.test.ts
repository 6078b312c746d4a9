import { onnx } from "@glissade/backend-onnx";
import { testAgainstNode } from "./__fixtures__/same-as-node.ts";

testAgainstNode(onnx({ providers: ["webgpu"] }), "webgpu", 1e-3);
