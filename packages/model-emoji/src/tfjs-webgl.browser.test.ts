import { tfjs } from "@glissade/backend-tfjs";
import { testAgainstNode } from "./__fixtures__/same-as-node.ts";

testAgainstNode(tfjs({ providers: ["webgl"] }), "webgl", 1e-4);
