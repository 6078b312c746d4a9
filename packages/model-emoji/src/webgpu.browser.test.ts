import { testAgainstNode } from "./__fixtures__/same-as-node.ts";

testAgainstNode({ providers: ["webgpu"] }, 1e-3);
