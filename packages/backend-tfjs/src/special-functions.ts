import type { TensorFlow, TfTensor } from "./tensorflow.ts";

/**
 * sin(x + quarterTurns * pi/2) by reduction to [-pi/4, pi/4] and a polynomial there: graphics
 * processors' own is wrong by 2e-4, and by more for large angles, which a timestep embedding is
 * made of. Good to 1e-7 up to angles of some 10^4.
 *
 * @see Cody & Waite 1980, Software Manual for the Elementary Functions, chapter 8 (pi/2 in three
 * parts); Moshier, Cephes, sinf (the coefficients)
 */
export function sineByReduction(tf: TensorFlow, x: TfTensor, quarterTurns: 0 | 1): TfTensor {
  const turns = tf.round(tf.mul(x, 2 / Math.PI));
  const reduced = [1.5703125, 4.837512969970703e-4, 7.549789954891882e-8].reduce<TfTensor>(
    (rest, part) => tf.sub(rest, tf.mul(turns, part)),
    x,
  );
  const squared = tf.square(reduced);
  const sine = tf.add(
    reduced,
    tf.mul(
      tf.mul(reduced, squared),
      polynomial(tf, squared, [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1]),
    ),
  );
  const cosine = polynomial(
    tf,
    squared,
    [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2, -0.5, 1],
  );
  const shifted = tf.add(turns, quarterTurns);
  const half = tf.mul(shifted, 0.5);
  const isOdd = tf.greater(tf.sub(half, tf.floor(half)), 0.25);
  const pairs = tf.mul(tf.floor(half), 0.5);
  const isNegative = tf.greater(tf.sub(pairs, tf.floor(pairs)), 0.25);
  const size = tf.where(isOdd, cosine, sine);
  return tf.where(isNegative, tf.neg(size), size);
}

/**
 * GELU with erf by the formula that PyTorch uses on a CPU: 1 - (a1 t + ... + a5 t^5) exp(-x^2) with
 * t = 1 / (1 + p x) for x >= 0, odd in x. Its error shows in the left tail, where 1 + erf cancels:
 * another formula differs from the reference by more than either does from the truth
 * (docs/decisions/reference-rounding.md).
 *
 * @see Hendrycks & Gimpel 2016, arXiv 1606.08415, section 2; Abramowitz & Stegun 1964, formula
 * 7.1.26
 */
export function gelu(tf: TensorFlow, x: TfTensor): TfTensor {
  const scaled = tf.mul(x, Math.SQRT1_2);
  const t = tf.div(1, tf.add(tf.mul(tf.abs(scaled), 0.3275911), 1));
  const series = tf.mul(
    t,
    polynomial(tf, t, [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592]),
  );
  const erf = tf.mul(tf.sign(scaled), tf.sub(1, tf.mul(series, tf.exp(tf.neg(tf.square(scaled))))));
  return tf.mul(tf.mul(x, 0.5), tf.add(erf, 1));
}

/** By Horner's rule, the highest power first. */
function polynomial(
  tf: TensorFlow,
  x: TfTensor,
  [highest = 0, ...lower]: readonly number[],
): TfTensor {
  return lower.reduce<TfTensor>(
    (sum, coefficient) => tf.add(tf.mul(sum, x), coefficient),
    tf.scalar(highest),
  );
}
