import { GraphCompileError } from "@glissade/graph";
import type { InferenceSession } from "onnxruntime-common";
import { reasonOf } from "./errors.ts";
import type { OnnxModelFile } from "./onnx-model.ts";
import type { Runtime } from "./platform.ts";

/**
 * Opens a session on a model whose weights lie beside it in files or in memory. ONNX Runtime is
 * told the weights' folder and maps the files itself: of the ways to give it external data this one
 * needs no copy (figures in docs/decisions/onnx-external-weights.md).
 *
 * @throws GraphCompileError where ONNX Runtime refuses the model.
 */
export async function openSession(
  runtime: Runtime,
  model: OnnxModelFile,
  options: InferenceSession.SessionOptions,
  name: string,
): Promise<InferenceSession> {
  const extra = asRecord(options.extra);
  try {
    return await runtime.InferenceSession.create(model.bytes, {
      ...options,
      ...(model.weightsDirectory === undefined
        ? {}
        : {
            extra: {
              ...extra,
              session: {
                ...asRecord(extra.session),
                model_external_initializers_file_folder_path: model.weightsDirectory,
              },
            },
          }),
      ...(model.externalData.length === 0 ? {} : { externalData: model.externalData }),
    });
  } catch (cause) {
    throw new GraphCompileError(`ONNX Runtime could not take ${name}: ${reasonOf(cause)}.`, {
      cause,
    });
  }
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
