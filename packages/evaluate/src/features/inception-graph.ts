import { UnknownNameError } from "@glissade/core";
import { type Graph, GraphBuilder, simplify, type Value } from "@glissade/graph";
import {
  inceptionA,
  inceptionB,
  inceptionC,
  inceptionD,
  inceptionE,
  inceptionLayer,
} from "./inception-blocks.ts";
import {
  type AverageEdge,
  averagePoolAround,
  maxPoolAround,
  maxPoolEverySecond,
} from "./inception-pooling.ts";

/** Classes of each variant's last layer. The FID network has eight more than ImageNet. */
const classes = { fid: 1008, torchvision: 1000 } as const;

/**
 * Which Inception-v3:
 * - `"fid"`: TensorFlow's of December 2015, which FID is defined by, as pytorch-fid and
 *   torch-fidelity publish it. Means do not count what lies beyond the image's edge, and the last
 *   block pools by maximum.
 * - `"torchvision"`: the later network of torchvision. Means count zeros beyond the edge. Its
 *   numbers do not compare with published FIDs.
 */
export type InceptionVariant = keyof typeof classes;

export const inceptionVariants = Object.keys(classes) as readonly InceptionVariant[];

/** Side of the images that the network reads, in pixels. */
export const inceptionSide = 299;

/** Lengths of an image's features. The spatial ones are 7 channels of 17x17 pixels. */
export const inceptionDimensions = { pooled: 2048, spatial: 17 * 17 * 7 } as const;

/** @throws UnknownNameError for a variant that does not exist. */
export function inceptionClasses(variant: InceptionVariant): number {
  if (!Object.hasOwn(classes, variant))
    throw new UnknownNameError({
      kind: "Inception variant",
      asked: variant,
      known: inceptionVariants,
    });
  return classes[variant];
}

/**
 * Inception-v3 without its training parts. Input `x` [batch, 3, 299, 299], levels 0 to 255 brought
 * to about [-1, 1] (see `inceptionInput`). Outputs:
 * - `pooled` [batch, 2048]: the mean over the last feature map, TensorFlow's `pool_3`, which FID
 *   compares.
 * - `spatial` [batch, 2023]: 7 channels of 17x17 pixels, for sFID.
 * - `logits` [batch, classes]: for the FID network without the last layer's bias, as
 *   guided-diffusion's evaluator and torch-fidelity's `logits_unbiased` are; the published
 *   Inception scores are made of those.
 * - `probabilities` [batch, classes]: their softmax.
 *
 * Parameters are `<layer>.weight` and `<layer>.bias` with the batch normalisation folded in (see
 * `foldedInceptionWeights`), `fc.weight`, and `fc.bias` for torchvision's.
 *
 * @throws UnknownNameError for a variant that does not exist.
 * @see Szegedy et al. 2015, arXiv 1512.00567, section 6; torchvision, models/inception.py;
 * pytorch-fid, inception.py
 * @example `const graph = inceptionGraph("fid");`
 */
export function inceptionGraph(variant: InceptionVariant): Graph {
  const classCount = inceptionClasses(variant);
  const edge = variant === "fid" ? "nothing" : "zeros";
  const g = new GraphBuilder();
  const at35 = stem(g, g.input("x", ["batch", 3, inceptionSide, inceptionSide]));
  const { at17, branch } = middleBlocks(g, at35, edge);
  const at8 = lastBlocks(g, at17, edge, variant);

  const pooled = g.div(g.sum(at8, [2, 3]), 8 * 8);
  g.output("pooled", pooled);
  g.output("spatial", spatialFeatures(g, branch));
  const products = g.matmul(
    pooled,
    g.parameter("fc.weight", [classCount, inceptionDimensions.pooled]),
    { transposeB: true },
  );
  const logits =
    variant === "fid" ? products : g.add(products, g.parameter("fc.bias", [classCount]));
  g.output("logits", logits);
  g.output("probabilities", g.softmax(logits, 1));
  return simplify(g.build());
}

/** From 299x299 to 35x35 pixels. */
function stem(g: GraphBuilder, image: Value): Value {
  const unpadded = { kernel: [3, 3], padded: false } as const;
  let x = inceptionLayer(g, image, "Conv2d_1a_3x3", 32, { ...unpadded, stride: 2 });
  x = inceptionLayer(g, x, "Conv2d_2a_3x3", 32, unpadded);
  x = inceptionLayer(g, x, "Conv2d_2b_3x3", 64, { kernel: [3, 3] });
  x = maxPoolEverySecond(g, x);
  x = inceptionLayer(g, x, "Conv2d_3b_1x1", 80);
  x = inceptionLayer(g, x, "Conv2d_4a_3x3", 192, unpadded);
  return maxPoolEverySecond(g, x);
}

/**
 * TensorFlow's `mixed` to `mixed_7`: from 35x35 to 17x17 pixels. `branch` is the first one of
 * `mixed_6`.
 */
function middleBlocks(
  g: GraphBuilder,
  at35: Value,
  edge: AverageEdge,
): { readonly at17: Value; readonly branch: Value } {
  let x = inceptionA(g, at35, "Mixed_5b", 32, edge);
  x = inceptionA(g, x, "Mixed_5c", 64, edge);
  x = inceptionA(g, x, "Mixed_5d", 64, edge);
  x = inceptionB(g, x, "Mixed_6a");
  x = inceptionC(g, x, "Mixed_6b", 128, edge).whole;
  x = inceptionC(g, x, "Mixed_6c", 160, edge).whole;
  const { whole, first: branch } = inceptionC(g, x, "Mixed_6d", 160, edge);
  return { at17: inceptionC(g, whole, "Mixed_6e", 192, edge).whole, branch };
}

/** TensorFlow's `mixed_8` to `mixed_10`: from 17x17 to 8x8 pixels. */
function lastBlocks(
  g: GraphBuilder,
  at17: Value,
  edge: AverageEdge,
  variant: InceptionVariant,
): Value {
  const at8 = inceptionD(g, at17, "Mixed_7a");
  const x = inceptionE(g, at8, "Mixed_7b", averagePoolAround(g, at8, edge));
  return inceptionE(
    g,
    x,
    "Mixed_7c",
    variant === "fid" ? maxPoolAround(g, x) : averagePoolAround(g, x, edge),
  );
}

/**
 * The first 7 channels of TensorFlow's `mixed_6/conv:0`, which is `Mixed_6d.branch1x1` after its
 * ReLU. Flattened as TensorFlow does it, pixel by pixel with the channels innermost: a Fréchet
 * distance between two sets of our own would be the same in any order, but one to published
 * statistics (`mu_s` and `sigma_s` of guided-diffusion's reference batches) is not.
 *
 * @see guided-diffusion, evaluations/evaluator.py; Nash et al. 2021, arXiv 2103.03841 (sFID)
 */
function spatialFeatures(g: GraphBuilder, branch: Value): Value {
  return g.reshape(g.transpose(g.slice(branch, 1, 0, 7), [0, 2, 3, 1]), [
    "batch",
    inceptionDimensions.spatial,
  ]);
}
