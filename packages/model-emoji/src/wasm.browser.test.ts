import { testAgainstNode } from "./__fixtures__/same-as-node.ts";

testAgainstNode({ providers: ["wasm"], threads: 1 }, 1e-4);
