/**
 * Rounds to the nearest whole number, and a number halfway between two to the even one: 0.5 -> 0,
 * 1.5 -> 2, 2.5 -> 2. This is how Python, NumPy and PyTorch round (IEEE 754); `Math.round` takes
 * halves up.
 */
export function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const fraction = value - below;
  if (fraction !== 0.5) return fraction < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
