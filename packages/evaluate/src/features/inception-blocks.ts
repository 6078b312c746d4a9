import type { GraphBuilder, Value } from "@glissade/graph";
import {
  type AverageEdge,
  averagePoolAround,
  maximum,
  maxPoolEverySecond,
} from "./inception-pooling.ts";

export interface LayerOptions {
  /** `[height, width]`. Default 1x1. */
  readonly kernel?: readonly [height: number, width: number];
  readonly stride?: number;
  /** Zeros around the image, so that a stride of 1 keeps its size. Default true. */
  readonly padded?: boolean;
}

/** A layer's name and output channels, and what else it differs in. */
type LayerPlan = readonly [name: string, channels: number, options?: LayerOptions];

/**
 * A convolution, with its batch normalisation folded into the parameters `<name>.weight` and
 * `<name>.bias`, and a ReLU.
 */
export function inceptionLayer(
  g: GraphBuilder,
  x: Value,
  name: string,
  channels: number,
  options: LayerOptions = {},
): Value {
  const { kernel = [1, 1], stride = 1, padded = true } = options;
  const [height, width] = kernel;
  const weight = g.parameter(`${name}.weight`, [channels, Number(x.dims[1]), height, width]);
  const bias = g.parameter(`${name}.bias`, [channels]);
  return maximum(
    g,
    g.conv2d(x, weight, bias, {
      stride,
      padding: padded ? [(height - 1) / 2, (width - 1) / 2] : [0, 0],
    }),
    0,
  );
}

const square = { kernel: [3, 3] } as const;
const wide = { kernel: [1, 7] } as const;
const tall = { kernel: [7, 1] } as const;
const halving = { kernel: [3, 3], stride: 2, padded: false } as const;

/** 35x35 pixels: kernels of 1x1, 5x5, and 5x5 as two of 3x3. */
export function inceptionA(
  g: GraphBuilder,
  x: Value,
  block: string,
  poolChannels: number,
  edge: AverageEdge,
): Value {
  const branches = [
    chain(g, x, block, ["branch1x1", 64]),
    chain(g, x, block, ["branch5x5_1", 48], ["branch5x5_2", 64, { kernel: [5, 5] }]),
    chain(
      g,
      x,
      block,
      ["branch3x3dbl_1", 64],
      ["branch3x3dbl_2", 96, square],
      ["branch3x3dbl_3", 96, square],
    ),
    chain(g, averagePoolAround(g, x, edge), block, ["branch_pool", poolChannels]),
  ];
  return g.concat(branches, 1);
}

/** From 35x35 to 17x17 pixels. */
export function inceptionB(g: GraphBuilder, x: Value, block: string): Value {
  const branches = [
    chain(g, x, block, ["branch3x3", 384, halving]),
    chain(
      g,
      x,
      block,
      ["branch3x3dbl_1", 64],
      ["branch3x3dbl_2", 96, square],
      ["branch3x3dbl_3", 96, halving],
    ),
    maxPoolEverySecond(g, x),
  ];
  return g.concat(branches, 1);
}

/** 17x17 pixels: kernels of 7x7 as strips of 1x7 and 7x1. `first` is the branch of 1x1 alone. */
export function inceptionC(
  g: GraphBuilder,
  x: Value,
  block: string,
  middle: number,
  edge: AverageEdge,
): { readonly whole: Value; readonly first: Value } {
  const first = chain(g, x, block, ["branch1x1", 192]);
  const doubled: LayerPlan[] = [
    ["branch7x7dbl_1", middle],
    ["branch7x7dbl_2", middle, tall],
    ["branch7x7dbl_3", middle, wide],
    ["branch7x7dbl_4", middle, tall],
    ["branch7x7dbl_5", 192, wide],
  ];
  const branches = [
    first,
    chain(
      g,
      x,
      block,
      ["branch7x7_1", middle],
      ["branch7x7_2", middle, wide],
      ["branch7x7_3", 192, tall],
    ),
    chain(g, x, block, ...doubled),
    chain(g, averagePoolAround(g, x, edge), block, ["branch_pool", 192]),
  ];
  return { whole: g.concat(branches, 1), first };
}

/** From 17x17 to 8x8 pixels. */
export function inceptionD(g: GraphBuilder, x: Value, block: string): Value {
  const branches = [
    chain(g, x, block, ["branch3x3_1", 192], ["branch3x3_2", 320, halving]),
    chain(
      g,
      x,
      block,
      ["branch7x7x3_1", 192],
      ["branch7x7x3_2", 192, wide],
      ["branch7x7x3_3", 192, tall],
      ["branch7x7x3_4", 192, halving],
    ),
    maxPoolEverySecond(g, x),
  ];
  return g.concat(branches, 1);
}

/** 8x8 pixels: strips of 1x3 and 3x1 side by side. `pooled` is x as the last branch sees it. */
export function inceptionE(g: GraphBuilder, x: Value, block: string, pooled: Value): Value {
  const strips = (value: Value, beside: string, above: string) => [
    chain(g, value, block, [beside, 384, { kernel: [1, 3] }]),
    chain(g, value, block, [above, 384, { kernel: [3, 1] }]),
  ];
  const branches = [
    chain(g, x, block, ["branch1x1", 320]),
    ...strips(chain(g, x, block, ["branch3x3_1", 384]), "branch3x3_2a", "branch3x3_2b"),
    ...strips(
      chain(g, x, block, ["branch3x3dbl_1", 448], ["branch3x3dbl_2", 384, square]),
      "branch3x3dbl_3a",
      "branch3x3dbl_3b",
    ),
    chain(g, pooled, block, ["branch_pool", 192]),
  ];
  return g.concat(branches, 1);
}

/** Layers one after the other, named after their block. */
function chain(g: GraphBuilder, x: Value, block: string, ...layers: readonly LayerPlan[]): Value {
  return layers.reduce(
    (value, [name, channels, options]) =>
      inceptionLayer(g, value, `${block}.${name}`, channels, options),
    x,
  );
}
