import type { RgbImage, Tensor } from "@glissade/core";
import { mapTensor } from "@glissade/graph";
import { type InceptionVariant, inceptionSide } from "./inception-graph.ts";
import { type ResizeMode, resizeLevels } from "./resize-modes.ts";

/**
 * Images of any sizes as Inception reads them, `[batch, 3, 299, 299]`: resized, then scaled as
 * whoever defined the mode does it.
 *
 * - `(level - 128) / 128` for the FID network with `"clean"` and `"legacy-tensorflow"`: the first
 *   operations of TensorFlow's graph, so that the evaluator of guided-diffusion, torch-fidelity and
 *   clean-fid all do it. White is 0.992, not 1.
 * - `2 * level / 255 - 1` for the FID network with `"legacy-pytorch"`, as pytorch-fid does it, and
 *   always for torchvision's: there it is what remains of ImageNet's normalisation and
 *   `transform_input`, which takes it back.
 *
 * @throws UnknownNameError where there is no such mode; InvalidArgumentError where there is no
 * image or one's data does not fill its size
 */
export function inceptionInput(
  images: readonly RgbImage[],
  variant: InceptionVariant,
  mode: ResizeMode,
): Tensor {
  const levels = resizeLevels(images, inceptionSide, mode);
  const symmetric = variant === "torchvision" || mode === "legacy-pytorch";
  return mapTensor(
    levels,
    symmetric ? (level) => level / 127.5 - 1 : (level) => (level - 128) / 128,
  );
}
