import { onnx } from "@glissade/backend-onnx";
import type { Backend } from "@glissade/core";
import type { BackendModule } from "@glissade/train";

const name = "@glissade/backend-onnx";

/**
 * The backend of each worker thread. In the sources it is found by its name, under the condition
 * that the workers are started with.
 */
export function workerBackend(threads: number): BackendModule {
  return {
    module: import.meta.url.endsWith(".ts") ? name : import.meta.resolve(name),
    export: "onnx",
    options: { threads, memory: "small" },
  };
}

/**
 * The backend of sample images, which are made while the workers wait: it may have as many
 * threads as they.
 */
export function samplingBackend(threads: number): () => Backend {
  return () => onnx({ threads });
}
