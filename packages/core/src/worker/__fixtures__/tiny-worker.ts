import { interpreter } from "@glissade/graph";
import { serveGlide } from "../index.ts";

serveGlide({ backend: () => interpreter() });
