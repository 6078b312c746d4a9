import type { Tensor } from "@glissade/core";
import type { ParameterStore } from "../optimisers/index.ts";

/** A trained CLIP as the reference keeps it: one file a tower, names without the tower's. */
export interface ClipTowers {
  readonly image: ReadonlyMap<string, Tensor>;
  readonly text: ReadonlyMap<string, Tensor>;
  /**
   * The config's `logit_scale`, by what cosines are multiplied; undefined where it was not learnt.
   */
  readonly logitScale: number | undefined;
}

/**
 * What `clipTask` trained, as two files of weights. Nothing is copied.
 *
 * @param array of the store's layout: its values, or a moving average of them
 * @example
 * ```ts
 * const { image, text, logitScale } = splitClipTowers(parameters, average.values);
 * await convertWeights({ from: weightsFromTensors(image), to: "clip/image_encoder/model.safetensors", dtype: "float16" });
 * ```
 */
export function splitClipTowers(
  parameters: ParameterStore,
  array: Float32Array = parameters.values,
): ClipTowers {
  const tensors = parameters.toTensors(array);
  const tower = (prefix: string) =>
    new Map(
      [...tensors].flatMap(([name, value]) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
      ),
    );
  const logarithm = tensors.get("logit_scale")?.data[0];
  return {
    image: tower("image_encoder."),
    text: tower("text_encoder."),
    logitScale: logarithm === undefined ? undefined : Math.exp(logarithm),
  };
}
