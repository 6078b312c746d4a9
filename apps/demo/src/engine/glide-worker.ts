import { type OnnxOptions, onnx } from "@glissade/backend-onnx";
import { serveGlide } from "@glissade/core/worker";

serveGlide({
  prefetch: true, // every network at once: the demo works offline from then on
  backend: (options) => onnx(options as OnnxOptions), // `onnx` checks them
});
