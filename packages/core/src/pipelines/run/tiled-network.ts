import type { Executable } from "@glissade/graph";
import { type AnyTensor, assertFloat32, type Tensor, tensor } from "@glissade/graph";

export interface Tiling {
  /** Side of the network's own images, and of the small ones that it enlarges. */
  readonly side: number;
  readonly lowSide: number;
}

/**
 * An upsampler for images larger than its own: it is run on overlapping tiles, and where they
 * overlap its outputs are averaged, those near a tile's border counting less. As every step's
 * outputs are joined before the next, tiles agree with each other and leave no seams.
 *
 * Takes `x` [n, 3, H, W] and `low_res` [n, 3, h, w] of any size from a tile's; everything else goes
 * to each tile as it is.
 *
 * @see Bar-Tal et al. 2023, MultiDiffusion, arXiv 2302.08113, equation 5
 */
export function tiledNetwork(network: Executable, { side, lowSide }: Tiling): Executable {
  const factor = side / lowSide;
  const weights = feather(side);
  const one = tensor([1, 1, side, side], new Float32Array(side * side).fill(1));
  return {
    async run({ x, low_res: lowRes, ...rest }, options) {
      const [large, small] = [assertFloat32("x", x), assertFloat32("low_res", lowRes)];
      const [count = 0, , height = 0, width = 0] = small.dims;
      let sum: Tensor | undefined;
      const total = tensor([1, 1, height * factor, width * factor]);
      for (const top of tileStarts(height, lowSide)) {
        for (const left of tileStarts(width, lowSide)) {
          const square = { top: top * factor, left: left * factor, side };
          const tile: Record<string, AnyTensor> = {
            ...rest,
            x: crop(large, square),
            low_res: crop(small, { top, left, side: lowSide }),
          };
          const output = assertFloat32("output", (await network.run(tile, options)).output);
          sum ??= tensor([count, output.dims[1] ?? 0, height * factor, width * factor]);
          addWeighted(sum, output, weights, square);
          addWeighted(total, one, weights, square);
        }
      }
      const { dims, data } = sum ?? tensor([0, 0, 0, 0]);
      return {
        output: {
          dtype: "float32",
          dims,
          data: data.map((value, i) => value / (total.data[i % total.data.length] as number)),
        },
      };
    },
    dispose: () => network.dispose(),
  };
}

/**
 * Where tiles of a side begin, evenly spread so that neighbours share at least a quarter of them.
 */
export function tileStarts(length: number, side: number): number[] {
  if (length <= side) return [0];
  const count = 1 + Math.ceil((length - side) / (0.75 * side));
  return Array.from({ length: count }, (_, k) => Math.round((k * (length - side)) / (count - 1)));
}

interface Square {
  readonly top: number;
  readonly left: number;
  readonly side: number;
}

function crop({ dims, data }: Tensor, { top, left, side }: Square): Tensor {
  const [count = 0, channels = 0, height = 0, width = 0] = dims;
  const result = tensor([count, channels, side, side]);
  for (let plane = 0; plane < count * channels; plane++) {
    for (let y = 0; y < side; y++) {
      const start = (plane * height + top + y) * width + left;
      result.data.set(data.subarray(start, start + side), (plane * side + y) * side);
    }
  }
  return result;
}

function addWeighted(
  { dims, data }: Tensor,
  tile: Tensor,
  weights: Float32Array,
  { top, left, side }: Square,
): void {
  const [count = 0, channels = 0, height = 0, width = 0] = dims;
  for (let plane = 0; plane < count * channels; plane++) {
    for (let y = 0; y < side; y++) {
      const [to, from] = [(plane * height + top + y) * width + left, (plane * side + y) * side];
      for (let x = 0; x < side; x++)
        data[to + x] =
          (data[to + x] as number) +
          (weights[y * side + x] as number) * (tile.data[from + x] as number);
    }
  }
}

/** A pyramid: 1 in the middle, little at the border, nowhere 0. */
function feather(side: number): Float32Array {
  const line = Array.from({ length: side }, (_, i) => (Math.min(i, side - 1 - i) + 1) / (side / 2));
  return Float32Array.from(
    { length: side * side },
    (_, i) => (line[Math.floor(i / side)] as number) * (line[i % side] as number),
  );
}
