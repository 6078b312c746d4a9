import { onnx } from "@glissade/backend-onnx";
import { testAgainstNode } from "./__fixtures__/same-as-node.ts";

testAgainstNode(onnx({ providers: ["wasm"], threads: 1 }), "wasm", 1e-4);
