import { GlissadeError } from "../errors.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";

/** A network gave numbers that are not finite: the weights are broken, or the backend's arithmetic overflowed. */
export class NumericalError extends GlissadeError {
  static override readonly code: string = "NumericalError";
}

/** A backend's result as float32. @throws NumericalError where a backend answers with another type. */
export function assertFloat32(name: string, value: AnyTensor | undefined): Tensor {
  if (value?.dtype !== "float32") throw new NumericalError(`The backend gave ${value?.dtype ?? "nothing"} for ${name}, where float32 was asked.`);
  return value;
}

/** @throws NumericalError at the first number that is infinite or no number. A picture made of those would be black or grey, and would look like an answer. */
export function assertFinite(x: Tensor, where: string): void {
  const { data } = x;
  let sum = 0; // one pass without branches: a sum is finite only if every term is
  for (let i = 0; i < data.length; i++) sum += (data[i] as number) * 0;
  if (sum !== 0)
    throw new NumericalError(`The network gave numbers that are not finite ${where}. Check the weights, or use another execution provider or float32.`);
}
