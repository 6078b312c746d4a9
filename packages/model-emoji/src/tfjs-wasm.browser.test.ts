import { tfjs } from "@glissade/backend-tfjs";
import { testAgainstNode } from "./__fixtures__/same-as-node.ts";
import { wasmPaths } from "./__fixtures__/wasm-paths.ts";

testAgainstNode(tfjs({ providers: ["wasm"], wasmPaths }), "wasm", 1e-4);
