/** Bytes put together from numbers, ASCII text and other bytes. */
export function bytes(...parts: readonly (number | string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    parts.flatMap((part) => (typeof part === "number" ? [part] : typeof part === "string" ? [...part].map((c) => c.charCodeAt(0)) : [...part])),
  );
}

/** A little-endian unsigned integer of `size` bytes. */
export function uint(value: number | bigint, size: number): Uint8Array<ArrayBuffer> {
  let rest = BigInt(value);
  return Uint8Array.from({ length: size }, () => {
    const byte = Number(rest & 0xffn);
    rest >>= 8n;
    return byte;
  });
}

export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let end = 0;
  for (const part of parts) {
    joined.set(part, end);
    end += part.length;
  }
  return joined;
}
