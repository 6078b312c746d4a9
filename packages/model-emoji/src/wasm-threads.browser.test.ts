import { testAgainstNode } from "./__fixtures__/same-as-node.ts";

testAgainstNode({ providers: ["wasm"], threads: 2 }, 1e-4);
