import type { GraphBuilder, Value } from "@glissade/graph";
import { knownLength } from "@glissade/graph";

/**
 * Fully connected: x [..., in] to [..., out], with the reference's parameter names
 * `<prefix>.weight` [out, in] and `.bias` [out].
 */
export function linear(g: GraphBuilder, x: Value, prefix: string, outputs: number): Value {
  const inputs = knownLength(x.dims, x.dims.length - 1);
  return g.add(
    g.matmul(x, g.parameter(`${prefix}.weight`, [outputs, inputs]), { transposeB: true }),
    g.parameter(`${prefix}.bias`, [outputs]),
  );
}

/**
 * Square convolution that keeps the size (at stride 1): `<prefix>.weight` [out, in, kernel,
 * kernel], `.bias` [out].
 */
export function convolution(
  g: GraphBuilder,
  x: Value,
  prefix: string,
  outputs: number,
  { kernel = 3, stride = 1 }: { kernel?: number; stride?: number } = {},
): Value {
  const padding = (kernel - 1) / 2;
  const weight = g.parameter(`${prefix}.weight`, [outputs, knownLength(x.dims, 1), kernel, kernel]);
  return g.conv2d(x, weight, g.parameter(`${prefix}.bias`, [outputs]), {
    stride,
    padding: [padding, padding],
  });
}

/**
 * The reference's one-dimensional convolution with kernel 1 (weight [out, in, 1]) over every
 * position of a feature map [B, C, H, W].
 */
export function pointwise(g: GraphBuilder, x: Value, prefix: string, outputs: number): Value {
  const inputs = knownLength(x.dims, 1);
  const weight = g.reshape(g.parameter(`${prefix}.weight`, [outputs, inputs, 1]), [
    outputs,
    inputs,
    1,
    1,
  ]);
  return g.conv2d(x, weight, g.parameter(`${prefix}.bias`, [outputs]));
}

/**
 * Group normalisation with 32 groups and epsilon 1e-5, `<prefix>.weight` and `.bias` [C]. Wu & He
 * 2018.
 */
export function groupNorm(g: GraphBuilder, x: Value, prefix: string): Value {
  const channels = knownLength(x.dims, 1);
  return g.groupNorm(
    x,
    g.parameter(`${prefix}.weight`, [channels]),
    g.parameter(`${prefix}.bias`, [channels]),
  );
}

/**
 * Layer normalisation over the last axis, epsilon 1e-5. The parameter suffixes differ between
 * GLIDE's text transformer and its CLIP.
 */
export function layerNorm(
  g: GraphBuilder,
  x: Value,
  prefix: string,
  [weight, bias]: readonly [string, string] = ["weight", "bias"],
): Value {
  const channels = knownLength(x.dims, x.dims.length - 1);
  return g.layerNorm(
    x,
    g.parameter(`${prefix}.${weight}`, [channels]),
    g.parameter(`${prefix}.${bias}`, [channels]),
  );
}
