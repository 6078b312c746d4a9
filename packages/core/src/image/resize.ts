import {
  type AnyTensor,
  InvalidArgumentError,
  sizeOf,
  type Tensor,
  UnknownNameError,
} from "@glissade/graph";
import {
  type AxisWeights,
  antialiasedWeights,
  areaWeights,
  bicubicWeights,
  bilinearWeights,
  cubic,
} from "./resampling-weights.ts";
import { assertSize } from "./rgb-image.ts";

/** `[height, width]`, as PyTorch writes sizes. */
export type TensorSize = readonly [height: number, width: number];

const methods = {
  /** Two neighbours by distance, `align_corners=False`; not antialiased. */
  bilinear: bilinearWeights,
  /** Keys' cubic with a = -0.75; not antialiased. */
  bicubic: (from: number, to: number) => bicubicWeights(from, to, cubic(-0.75)),
  /** Keys' cubic with a = -0.5, widened when shrinking (`antialias=True`). */
  "bicubic-antialiased": (from: number, to: number) =>
    antialiasedWeights(from, to, cubic(-0.5), Math.fround),
  /** Mean of the pixels that an output pixel touches. */
  area: areaWeights,
} satisfies Record<string, (from: number, to: number) => AxisWeights>;

export type ResizeMethod = keyof typeof methods;

/**
 * `torch.nn.functional.interpolate` on `[batch, channel, height, width]`, summed in float64.
 *
 * @throws InvalidArgumentError where the tensor has another rank or the size is no positive whole
 * numbers; UnknownNameError where the method is not known.
 * @example `resize(lowRes, [256, 256], "bilinear")`
 */
export function resize(x: Tensor, size: TensorSize, method: ResizeMethod): Tensor {
  if (!Object.hasOwn(methods, method))
    throw new UnknownNameError({
      kind: "resize method",
      asked: method,
      known: Object.keys(methods),
    });
  return resizeWith(x, size, methods[method]);
}

/**
 * Resizes `[batch, channel, height, width]` with any separable weights: along rows, then along
 * columns, summed in float64. For the methods of other libraries than PyTorch.
 *
 * @param weightsOf an axis's weights for a number of input and of output pixels
 * @throws InvalidArgumentError where the tensor has another rank or the size is no positive whole
 * numbers.
 * @example `resizeWith(photo, [299, 299], (from, to) => antialiasedWeights(from, to, cubic(-0.5)))`
 */
export function resizeWith(
  x: Tensor,
  size: TensorSize,
  weightsOf: (from: number, to: number) => AxisWeights,
): Tensor {
  const [batch, channels, height, width] = imageDims(x, size);
  const [toHeight, toWidth] = size;
  const rows = weightsOf(width, toWidth);
  const columns = weightsOf(height, toHeight);
  const planes = batch * channels;
  const narrow = new Float64Array(planes * height * toWidth);
  weighAlong(x.data, narrow, rows, { lines: planes * height, length: width, stride: 1 });
  const data = new Float32Array(planes * toHeight * toWidth);
  weighAlong(narrow, data, columns, { lines: planes, length: height, stride: toWidth });
  return { dtype: "float32", dims: [batch, channels, toHeight, toWidth], data };
}

/**
 * `interpolate(mode="nearest")` of any data type: the pixel at `floor(i * from / to)`. For masks.
 *
 * @throws InvalidArgumentError where the tensor has another rank or the size is no positive whole
 * numbers.
 */
export function resizeNearest<T extends AnyTensor>(x: T, size: TensorSize): T {
  const [batch, channels, height, width] = imageDims(x, size);
  const [toHeight, toWidth] = size;
  const dims = [batch, channels, toHeight, toWidth];
  const { data } = x;
  // the same kind of array, which TypeScript cannot tell
  const TypedArray = data.constructor as new (length: number) => T["data"];
  const resized = new TypedArray(sizeOf(dims));
  for (let to = 0; to < resized.length; to++) {
    const column = Math.floor(((to % toWidth) * width) / toWidth);
    const row = Math.floor(((Math.floor(to / toWidth) % toHeight) * height) / toHeight);
    const plane = Math.floor(to / (toWidth * toHeight));
    // an element of the same kind of array
    resized[to] = data[(plane * height + row) * width + column] as never;
  }
  return { ...x, dims, data: resized };
}

/**
 * `AvgPool2d(kernel, stride=kernel)`: the mean of squares; rows and columns that fill no square are
 * left out.
 *
 * @throws InvalidArgumentError where the tensor has another rank or is smaller than the kernel.
 */
export function averagePool(x: Tensor, kernel: number): Tensor {
  assertSize("kernel", kernel);
  const [batch, channels, height, width] = imageDims(x, [kernel, kernel]);
  if (height < kernel || width < kernel)
    throw new InvalidArgumentError({
      argument: "kernel",
      received: kernel,
      expected: `at most ${Math.min(height, width)}, the size of the input`,
    });
  const [toHeight, toWidth] = [Math.floor(height / kernel), Math.floor(width / kernel)];
  const sums = new Float64Array(batch * channels * toHeight * toWidth);
  for (let plane = 0; plane < batch * channels; plane++) {
    for (let y = 0; y < toHeight * kernel; y++) {
      const to = (plane * toHeight + Math.floor(y / kernel)) * toWidth;
      for (let i = 0; i < toWidth * kernel; i++) {
        const at = to + Math.floor(i / kernel);
        sums[at] = (sums[at] as number) + (x.data[(plane * height + y) * width + i] as number);
      }
    }
  }
  return {
    dtype: "float32",
    dims: [batch, channels, toHeight, toWidth],
    data: Float32Array.from(sums, (sum) => sum / kernel ** 2),
  };
}

/**
 * Applies the weights to every line: `lines` blocks of `length` elements, each element `stride`
 * values wide.
 */
function weighAlong(
  from: Float32Array | Float64Array,
  to: Float32Array | Float64Array,
  { starts, weights }: AxisWeights,
  { lines, length, stride }: { lines: number; length: number; stride: number },
): void {
  let at = 0;
  for (let line = 0; line < lines; line++) {
    for (let index = 0; index < starts.length; index++) {
      const taps = weights[index] as Float64Array;
      const first = (line * length + (starts[index] as number)) * stride;
      for (let i = 0; i < stride; i++) {
        let sum = 0;
        for (let tap = 0; tap < taps.length; tap++)
          sum += (taps[tap] as number) * (from[first + tap * stride + i] as number);
        to[at++] = sum;
      }
    }
  }
}

function imageDims(
  { dims }: AnyTensor,
  [toHeight, toWidth]: TensorSize,
): [batch: number, channels: number, height: number, width: number] {
  const [batch, channels, height, width, ...more] = dims;
  if (!batch || !channels || !height || !width || more.length > 0) {
    throw new InvalidArgumentError({
      argument: "x",
      received: dims,
      expected: "a tensor [batch, channel, height, width] without an empty axis",
    });
  }
  assertSize("height", toHeight);
  assertSize("width", toWidth);
  return [batch, channels, height, width];
}
