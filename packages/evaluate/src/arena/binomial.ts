/**
 * How many of `trials` succeed, each with the same chance: a random number that costs about as much
 * for a million trials as for ten.
 *
 * @param chance from 0 to 1
 * @param uniform the next number in [0, 1)
 * @see Hörmann 1993, "The generation of binomial random variates", Journal of Statistical
 * Computation and Simulation 46, algorithm BTRS
 */
export function binomial(trials: number, chance: number, uniform: () => number): number {
  if (trials === 0 || chance <= 0) return 0;
  if (chance >= 1) return trials;
  if (chance > 0.5) return trials - binomial(trials, 1 - chance, uniform);
  return trials * chance < 10
    ? bySearch(trials, chance, uniform)
    : byRejection(trials, chance, uniform);
}

/**
 * Goes up from 0 until the distribution function reaches a uniform number; short where few
 * successes are expected.
 */
function bySearch(trials: number, chance: number, uniform: () => number): number {
  const odds = chance / (1 - chance);
  let rest = uniform();
  let mass = (1 - chance) ** trials;
  let successes = 0;
  while (rest >= mass && successes < trials) {
    rest -= mass;
    successes++;
    mass *= (odds * (trials - successes + 1)) / successes;
  }
  return successes;
}

/** Transformed rejection with a squeeze; the names are the paper's. */
function byRejection(n: number, p: number, uniform: () => number): number {
  const deviation = Math.sqrt(n * p * (1 - p));
  const b = 1.15 + 2.53 * deviation;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const c = n * p + 0.5;
  const vr = 0.92 - 4.2 / b;
  const alpha = (2.83 + 5.1 / b) * deviation;
  const odds = p / (1 - p);
  const m = Math.floor((n + 1) * p);
  for (;;) {
    const u = uniform() - 0.5;
    const v = uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + c);
    if (us >= 0.07 && v <= vr) return k;
    if (k < 0 || k > n) continue;
    const bound =
      (m + 0.5) * Math.log((m + 1) / (odds * (n - m + 1))) +
      (n + 1) * Math.log((n - m + 1) / (n - k + 1)) +
      (k + 0.5) * Math.log((odds * (n - k + 1)) / (k + 1)) +
      (stirlingTail(m) + stirlingTail(n - m) - stirlingTail(k) - stirlingTail(n - k));
    if (Math.log((v * alpha) / (a / (us * us) + b)) <= bound) return k;
  }
}

const stirlingTails = [
  0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.020790672103765, 0.0166446911898211,
  0.0138761288230707, 0.0118967099458917, 0.010411265261972, 0.00925546218271273,
  0.00833056343336287,
];

/** What Stirling's formula for log(k!) leaves out. */
function stirlingTail(k: number): number {
  const known = stirlingTails[k];
  if (known !== undefined) return known;
  const square = (k + 1) ** 2;
  return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1);
}
