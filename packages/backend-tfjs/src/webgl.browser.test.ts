import { afterAll } from "vitest";
import { testOperations } from "../../core/src/graph/__fixtures__/operation-cases.ts";
import { tfjs } from "./tfjs-backend.ts";

const backend = tfjs({ providers: ["webgl"] });
afterAll(() => backend.dispose());

testOperations(backend, 1e-5);
