import { interpreter } from "../../graph/index.ts";
import { serveGlide } from "../index.ts";

serveGlide({ backend: () => interpreter() });
