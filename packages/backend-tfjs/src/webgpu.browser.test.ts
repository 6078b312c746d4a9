import { testOperations } from "@glissade/graph/testing";
import { afterAll } from "vitest";
import { tfjs } from "./tfjs-backend.ts";

const backend = tfjs({ providers: ["webgpu"] });
afterAll(() => backend.dispose());

testOperations(backend, 1e-5);
