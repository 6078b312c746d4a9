import { type OnnxOptions, onnx } from "@glissade/backend-onnx";
import { serveGlide } from "@glissade/core/worker";

serveGlide({ backend: (options) => onnx(options as OnnxOptions) });
