import { tfjs } from "@glissade/backend-tfjs";
import { wasmPaths } from "../../backend-tfjs/src/__fixtures__/wasm-paths.ts";
import { testAgainstNode } from "./__fixtures__/same-as-node.ts";

testAgainstNode(tfjs({ providers: ["wasm"], wasmPaths }), "wasm", 1e-4);
