import type { Tensor } from "../index.ts";
import { sizeOf, tensor } from "../index.ts";

/** FNV-1a, 32 bits, of a name's UTF-8 bytes. */
export function fnv1a32(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/**
 * Values of the golden set's formula: a hash of name and index, mapped to [-0.5, 0.5), scaled,
 * shifted, rounded once to float32.
 */
export function formulaValues(
  name: string,
  dims: readonly number[],
  { scale, offset = 0 }: { scale: number; offset?: number },
): Tensor {
  const seed = fnv1a32(name);
  const data = new Float32Array(sizeOf(dims));
  for (let i = 0; i < data.length; i++) {
    let x = (seed + Math.imul(i, 0x9e3779b9)) | 0;
    x ^= x >>> 16;
    x = Math.imul(x, 0x85ebca6b);
    x ^= x >>> 13;
    x = Math.imul(x, 0xc2b2ae35);
    x ^= x >>> 16;
    data[i] = offset + scale * ((x >>> 8) / 2 ** 24 - 0.5);
  }
  return tensor(dims, data);
}

/** A weight of a full-size network, which no file holds: its name and shape decide its values. */
export function formulaWeight(name: string, dims: readonly number[]): Tensor {
  return formulaValues(name, dims, scaling(name, dims));
}

function scaling(name: string, dims: readonly number[]): { scale: number; offset?: number } {
  const last = name.split(".").at(-1) ?? "";
  if (dims.length === 1)
    return last === "weight" || last === "g" ? { scale: 0.1, offset: 1 } : { scale: 0.2 };
  if (
    ["positional_embedding", "padding_embedding", "w_pos", "w_voc", "w_t"].includes(last) ||
    name.endsWith("token_embedding.weight")
  )
    return { scale: 1 };
  return { scale: Math.sqrt(12 / sizeOf(dims.slice(1))) };
}
