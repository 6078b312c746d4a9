/**
 * The two 16-bit formats that weights come in, as bit patterns. Conversions work on bits, never on
 * JavaScript numbers, so that infinities, subnormals and the payloads of NaNs survive: every one of
 * the 65,536 patterns of either format comes back from float32 unchanged.
 *
 * float16 is IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. bfloat16 is the
 * upper half of a float32.
 */

/**
 * float32 values to float16 bits, rounded half to even; beyond 65,504 (after rounding) to infinity.
 */
export function float32ToFloat16(values: Float32Array): Uint16Array {
  const source = bitsOf(values);
  const half = new Uint16Array(source.length);
  for (let i = 0; i < half.length; i++) half[i] = float16Bits(source[i] as number);
  return half;
}

/** float16 bits to float32 values; exact. */
export function float16ToFloat32(half: Uint16Array): Float32Array {
  const bits = new Uint32Array(half.length);
  for (let i = 0; i < half.length; i++) bits[i] = float32Bits(half[i] as number);
  return new Float32Array(bits.buffer);
}

/** float32 values to bfloat16 bits, rounded half to even. */
export function float32ToBfloat16(values: Float32Array): Uint16Array {
  const source = bitsOf(values);
  const half = new Uint16Array(source.length);
  for (let i = 0; i < half.length; i++) half[i] = bfloat16Bits(source[i] as number);
  return half;
}

/** bfloat16 bits to float32 values; exact. */
export function bfloat16ToFloat32(half: Uint16Array): Float32Array {
  const bits = new Uint32Array(half.length);
  for (let i = 0; i < half.length; i++) bits[i] = (half[i] as number) << 16;
  return new Float32Array(bits.buffer);
}

function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}

function float16Bits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  // a NaN must not lose its last bit and become infinity
  if (magnitude > 0x7f800000) return sign | 0x7c00 | ((magnitude >>> 13) & 0x3ff || 0x200);
  // 65,520 and more: nearer to the next power of two than to 65,504
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // normal, from 2^-14: the exponent's bias falls by 112
  if (magnitude >= 0x38800000) return sign | roundHalfToEven(magnitude - 0x38000000, 13);
  // 2^-25, half of the smallest subnormal, is a tie and goes to even: zero
  if (magnitude <= 0x33000000) return sign;
  const fraction = (magnitude & 0x7fffff) | 0x800000;
  return sign | roundHalfToEven(fraction, 126 - (magnitude >>> 23));
}

function float32Bits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const magnitude = half & 0x7fff;
  if (magnitude >= 0x7c00) return sign | 0x7f800000 | ((magnitude & 0x3ff) << 13);
  if (magnitude >= 0x400) return sign | ((magnitude << 13) + 0x38000000);
  if (magnitude === 0) return sign;
  // moves a subnormal's first bit to the place of the hidden one
  const shift = Math.clz32(magnitude) - 21;
  return sign | ((113 - shift) << 23) | (((magnitude << shift) & 0x3ff) << 13);
}

function bfloat16Bits(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) return bits & 0x7f0000 ? bits >>> 16 : (bits >>> 16) | 0x40;
  return roundHalfToEven(bits, 16);
}

/** `bits / 2^shift`, a tie to the even neighbour; a carry runs into the exponent, as it must. */
function roundHalfToEven(bits: number, shift: number): number {
  const odd = (bits >>> shift) & 1;
  return (bits + (1 << (shift - 1)) - 1 + odd) >>> shift;
}
