import type { GraphBuilder, Operand, Value } from "@glissade/graph";

/** Half a level of an 8-bit image in [-1, 1]. */
const halfLevel = 1 / 255;
/** Pixels beyond these are black and white: their bins are open. */
const lowestBin = -0.999;
const highestBin = 0.999;
/** No probability is taken to be less: its logarithm would be infinite. */
const leastProbability = 1e-12;

export interface DiagonalGaussian {
  readonly mean: Operand;
  readonly logVariance: Operand;
}

/**
 * KL(p || q) of two diagonal Gaussians, element by element, in nats. @see Kingma & Welling 2014,
 * arXiv 1312.6114, appendix B, for two general Gaussians
 */
export function normalKl(g: GraphBuilder, p: DiagonalGaussian, q: DiagonalGaussian): Value {
  const d = g.sub(q.logVariance, p.logVariance);
  const difference = g.sub(p.mean, q.mean);
  const spread = g.add(g.sub(g.exp(g.mul(d, -1)), 1), d);
  const shift = g.mul(g.mul(difference, difference), g.exp(g.mul(q.logVariance, -1)));
  return g.mul(g.add(spread, shift), 0.5);
}

/**
 * An approximation of the standard normal distribution function: (1 + tanh(sqrt(2 / pi) (x +
 * 0.044715 x^3))) / 2.
 *
 * The hyperbolic tangent is written as +-(1 - 2 e / (1 + e)) with e = exp(-2 |y|): rounded to
 * float32, its distance from 1 is then right to the last bit on any runtime, and a difference of
 * two such values is all that the decoder's likelihood has. Runtimes' own tanh are off by some bits
 * there.
 *
 * @see Page 1977, Approximations to the cumulative normal function; openai/guided-diffusion,
 * losses.py
 */
export function approxStandardNormalCdf(g: GraphBuilder, x: Value): Value {
  const cubic = g.add(
    g.mul(g.mul(x, x), 2 * Math.sqrt(2 / Math.PI) * 0.044715),
    2 * Math.sqrt(2 / Math.PI),
  );
  const twoY = g.mul(x, cubic);
  const minusTwoY = g.mul(twoY, -1);
  const isNegative = g.less(x, 0);
  const e = g.exp(g.where(isNegative, twoY, minusTwoY));
  const tanh = g.sub(1, g.div(g.mul(e, 2), g.add(e, 1)));
  return g.mul(g.add(g.where(isNegative, g.mul(tanh, -1), tanh), 1), 0.5);
}

/**
 * log of the probability that a Gaussian gives to an 8-bit pixel: the integral over the pixel's
 * bin, which is open for black and white. In nats.
 *
 * @param x 8-bit pixels in [-1, 1]
 * @param centred x minus the Gaussian's mean
 * @param precision 1 / standard deviation
 * @see Ho, Jain & Abbeel 2020, arXiv 2006.11239, equation 13
 */
export function discretizedGaussianLogLikelihood(
  g: GraphBuilder,
  x: Value,
  { centred, precision }: { centred: Value; precision: Value },
): Value {
  const upper = approxStandardNormalCdf(g, g.mul(precision, g.add(centred, halfLevel)));
  const lower = approxStandardNormalCdf(g, g.mul(precision, g.sub(centred, halfLevel)));
  // An open bin ends at 0 or 1 on the other side.
  const above = g.where(g.less(highestBin, x), g.scalar(1), upper);
  const below = g.where(g.less(x, lowestBin), g.scalar(0), lower);
  const probability = g.sub(above, below);
  return g.log(
    g.where(g.less(probability, leastProbability), g.scalar(leastProbability), probability),
  );
}
