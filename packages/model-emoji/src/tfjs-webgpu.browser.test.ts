import { tfjs } from "@glissade/backend-tfjs";
import { testAgainstNode } from "./__fixtures__/same-as-node.ts";

testAgainstNode(tfjs({ providers: ["webgpu"] }), "webgpu", 1e-3);
