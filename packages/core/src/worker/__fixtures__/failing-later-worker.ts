import { interpreter } from "@glissade/graph";
import { serveGlide } from "../index.ts";

// Fails outside of every request, when it is told to.
addEventListener("message", ({ data }: MessageEvent<unknown>) => {
  if (data === "fail") throw new Error("out of the blue");
});
serveGlide({ backend: () => interpreter() });
