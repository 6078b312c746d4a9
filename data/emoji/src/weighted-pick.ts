/**
 * Draws positions of a list with given weights. @returns a function from a uniform value in [0, 1)
 * to a position
 */
export function weightedPick(weights: readonly number[]): (uniform: number) => number {
  const cumulative = new Float64Array(weights.length);
  let total = 0;
  for (const [position, weight] of weights.entries()) {
    total += weight;
    cumulative[position] = total;
  }
  return (uniform) => {
    const wanted = uniform * total;
    let [low, high] = [0, cumulative.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((cumulative[middle] as number) > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
