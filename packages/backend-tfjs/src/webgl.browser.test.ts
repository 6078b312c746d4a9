import { testOperations } from "@glissade/graph/testing";
import { afterAll, describe, it } from "vitest";
import { tfjs } from "./tfjs-backend.ts";

const backend = tfjs({ providers: ["webgl"] });
afterAll(() => backend.dispose());

testOperations({ describe, it }, backend, 1e-5);
