import {
  InvalidArgumentError,
  type RgbImage,
  rgbImage,
  type Tensor,
  UnknownNameError,
} from "@glissade/core";
import {
  type AxisWeights,
  antialiasedWeights,
  bilinearWeights,
  cubic,
  resizeWith,
} from "@glissade/core/image";
import { concatRows, tensor } from "@glissade/graph";

const modes = {
  /** Pillow's bicubic filter, in double precision and not in PyTorch's. */
  clean: (from, to) => antialiasedWeights(from, to, cubic(-0.5)),
  "legacy-pytorch": bilinearWeights,
  "legacy-tensorflow": tensorflowBilinearWeights,
} satisfies Record<string, (from: number, to: number) => AxisWeights>;

/**
 * How images of another size are brought to the network's. Numbers compare only within one mode.
 * - `"clean"`: as clean-fid does it, Pillow's bicubic filter, widened where an image shrinks, on
 *   each channel as floating-point numbers.
 * - `"legacy-pytorch"`: as pytorch-fid does it, two neighbours a side with pixel centres aligned
 *   (`align_corners=False`), not antialiased.
 * - `"legacy-tensorflow"`: as the FID network's own first operation, guided-diffusion's evaluator
 *   and torch-fidelity do it: two neighbours a side with the pixels' upper left corners aligned
 *   (`half_pixel_centers=False`), not antialiased.
 *
 * @see Parmar, Zhang & Zhu 2022, arXiv 2104.11222 (clean-fid)
 */
export type ResizeMode = keyof typeof modes;

export const resizeModes = Object.keys(modes) as readonly ResizeMode[];

/** @throws UnknownNameError where there is no such mode. */
export function assertResizeMode(mode: ResizeMode): void {
  if (!Object.hasOwn(modes, mode))
    throw new UnknownNameError({ kind: "resize mode", asked: mode, known: resizeModes });
}

/**
 * Images of any sizes as levels `[batch, 3, side, side]`, 0 to 255 and neither rounded nor
 * clipped: the bicubic filter of `"clean"` overshoots at edges, and clean-fid leaves it so.
 * Images of the right size keep their levels exactly, in every mode.
 *
 * @throws UnknownNameError where there is no such mode; InvalidArgumentError where there is no
 * image or one's data does not fill its size
 * @example `const levels = resizeLevels([photo], 299, "clean");`
 */
export function resizeLevels(images: readonly RgbImage[], side: number, mode: ResizeMode): Tensor {
  assertResizeMode(mode);
  if (images.length === 0)
    throw new InvalidArgumentError({
      argument: "images",
      received: images,
      expected: "at least one image",
    });
  return concatRows(images.map((image) => resizeWith(levelsOf(image), [side, side], modes[mode])));
}

/** One image's levels, `[1, 3, height, width]`. */
function levelsOf(image: RgbImage): Tensor {
  const { width, height, data } = rgbImage(image.width, image.height, image.data);
  const plane = width * height;
  const levels = new Float32Array(3 * plane);
  for (let channel = 0; channel < 3; channel++) {
    for (let pixel = 0; pixel < plane; pixel++)
      levels[channel * plane + pixel] = data[pixel * 3 + channel] as number;
  }
  return tensor([1, 3, height, width], levels);
}

/**
 * TensorFlow 1's `resize_bilinear`: pixel i lies at `i * from / to` in the input, in float32, and
 * what is beyond the last pixel repeats it.
 */
function tensorflowBilinearWeights(from: number, to: number): AxisWeights {
  const scale = Math.fround(from / to);
  const sources = Array.from({ length: to }, (_, index) => Math.fround(index * scale));
  const starts = sources.map((source) => Math.min(Math.floor(source), from - 1));
  const weights = sources.map((source, index) => {
    const start = starts[index] as number;
    return start + 1 < from
      ? Float64Array.of(1 - (source - start), source - start)
      : Float64Array.of(1);
  });
  return { starts, weights };
}
