import { GlissadeError } from "./errors.ts";
import type { AnyTensor, Tensor } from "./tensor.ts";

/**
 * A network gave numbers that are not finite: the weights are broken, or the backend's arithmetic
 * overflowed.
 */
export class NumericalError extends GlissadeError {
  static override readonly code: string = "NumericalError";
}

/**
 * A backend's result as float32. @throws NumericalError where a backend answers with another type.
 */
export function assertFloat32(name: string, value: AnyTensor | undefined): Tensor {
  if (value?.dtype !== "float32")
    throw new NumericalError(
      `The backend gave ${value?.dtype ?? "nothing"} for ${name}, where float32 was asked.`,
    );
  return value;
}

/**
 * @throws NumericalError at the first number that is infinite or no number. An image made of those
 * would be black or grey, and would look like an answer.
 */
export function assertFinite(x: Tensor, where: string): void {
  const { buffer, byteOffset, length } = x.data;
  const bits = new Uint32Array(buffer, byteOffset, length);
  // Infinities and NaN alone have all exponent bits set, so that adding one to the exponent carries
  // into the sign bit. One pass without branches: this runs at every step.
  let carry = 0;
  for (let i = 0; i < length; i++) carry |= ((bits[i] as number) & 0x7fffffff) + 0x00800000;
  if (carry < 0)
    throw new NumericalError(
      `The network gave numbers that are not finite ${where}. Check the weights, or use another execution provider or float32.`,
    );
}
