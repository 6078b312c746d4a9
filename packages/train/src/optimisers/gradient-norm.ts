import { InvalidArgumentError } from "@glissade/core";

/** The L2 norm of all gradients together, summed in float64. */
export function globalNorm(gradient: Float32Array): number {
  // Four sums: each addition waits for the last one of its own sum only.
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = gradient.length & ~3;
  for (let i = 0; i < whole; i += 4) {
    const [w, x, y, z] = [
      gradient[i] as number,
      gradient[i + 1] as number,
      gradient[i + 2] as number,
      gradient[i + 3] as number,
    ];
    a += w * w;
    b += x * x;
    c += y * y;
    d += z * z;
  }
  for (let i = whole; i < gradient.length; i++) a += (gradient[i] as number) ** 2;
  return Math.sqrt(a + b + (c + d));
}

/**
 * What a gradient of norm `norm` is multiplied by so that its norm is at most `maxNorm`: min(1,
 * maxNorm / (norm + 1e-6)), as `torch.nn.utils.clip_grad_norm_`.
 *
 * @throws InvalidArgumentError where `maxNorm` is not positive, or the norm is not finite: the step
 * should be left out.
 * @see Pascanu et al. 2013, arXiv 1211.5063, algorithm 1
 */
export function clipScale(norm: number, maxNorm: number): number {
  if (!(maxNorm > 0))
    throw new InvalidArgumentError({
      argument: "maxNorm",
      received: maxNorm,
      expected: "a positive number",
    });
  if (!Number.isFinite(norm))
    throw new InvalidArgumentError({
      argument: "norm",
      received: norm,
      expected: "a finite norm",
      hint: "Leave this step out: its gradient overflowed.",
    });
  return Math.min(1, maxNorm / (norm + 1e-6));
}
