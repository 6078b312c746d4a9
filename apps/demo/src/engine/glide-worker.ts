import type { OnnxOptions } from "@glissade/backend-onnx";
import type { TfjsOptions } from "@glissade/backend-tfjs";
import type { Backend } from "@glissade/core";
import { serveGlide } from "@glissade/core/worker";
import type { BackendName, BackendRequest } from "./backends.ts";

/**
 * Each is loaded when it is asked for: who uses one does not pay for the other. They check what
 * they are given.
 */
const makeBackend: Readonly<Record<BackendName, (options: object) => Promise<Backend>>> = {
  async onnx(options) {
    const { onnx } = await import("@glissade/backend-onnx");
    return onnx(options as OnnxOptions);
  },
  async tfjs(options) {
    const [{ tfjs }, { wasmPaths }] = await Promise.all([
      import("@glissade/backend-tfjs"),
      import("./tensorflow-files.ts"),
    ]);
    return tfjs({ ...(options as TfjsOptions), wasmPaths });
  },
};

serveGlide({
  prefetch: true, // every network at once: the demo works offline from then on
  backend(request) {
    const { backend, options } = request as BackendRequest; // the page's own
    return makeBackend[backend](options);
  },
});
