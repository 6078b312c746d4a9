import { describe, expect, it } from "vitest";
import {
  bfloat16ToFloat32,
  float16ToFloat32,
  float32ToBfloat16,
  float32ToFloat16,
} from "./half-precision.ts";

const allPatterns = Uint16Array.from({ length: 65_536 }, (_, bits) => bits);

/** IEEE 754 binary16 by its definition, for finite patterns. */
function valueOfFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 0x3ff) / 1024;
  return exponent === 0 ? sign * 2 ** -14 * fraction : sign * 2 ** (exponent - 15) * (1 + fraction);
}

// torch.tensor(values).half().view(torch.int16), .bfloat16().view(torch.int16); PyTorch 2.13, CPU
const values = [
  0.0,
  -0.0,
  1.0,
  -2.5,
  0.10000000149011612,
  0.3333333432674408,
  65504.0,
  65519.99609375,
  65520.0,
  1000000.0,
  6.103515625e-5,
  6.097555160522461e-5,
  2 ** -24,
  2.9802322387695312e-8,
  2.980232594040899e-8,
  9.99999993922529e-9,
  2049.0,
  2051.0,
  1.00048828125,
  1.00146484375,
  3.1415927410125732,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  8.940696716308594e-8,
  3.299999965482712e38,
  3.39617752923046e38,
  9.99994610111476e-41,
];
const torchHalf = [
  0x0, 0x8000, 0x3c00, 0xc100, 0x2e66, 0x3555, 0x7bff, 0x7bff, 0x7c00, 0x7c00, 0x400, 0x3ff, 0x1,
  0x0, 0x1, 0x0, 0x6800, 0x6802, 0x3c00, 0x3c02, 0x4248, 0x7c00, 0xfc00, 0x2, 0x7c00, 0x7c00, 0x0,
];
const torchBfloat16 = [
  0x0, 0x8000, 0x3f80, 0xc020, 0x3dcd, 0x3eab, 0x4780, 0x4780, 0x4780, 0x4974, 0x3880, 0x3880,
  0x3380, 0x3300, 0x3300, 0x322c, 0x4500, 0x4500, 0x3f80, 0x3f80, 0x4049, 0x7f80, 0xff80, 0x33c0,
  0x7f78, 0x7f80, 0x1,
];

describe("float16", () => {
  it("gives every finite pattern the value that IEEE 754 defines", () => {
    const widened = float16ToFloat32(allPatterns);
    const wrong = allPatterns.filter(
      (bits) => (bits & 0x7c00) !== 0x7c00 && !Object.is(widened[bits], valueOfFloat16(bits)),
    );
    expect(wrong).toEqual(new Uint16Array());
  });

  it("brings all 65,536 patterns back from float32, infinities and NaNs included", () => {
    expect(float32ToFloat16(float16ToFloat32(allPatterns))).toEqual(allPatterns);
  });

  it("rounds as PyTorch does", () => {
    expect(Array.from(float32ToFloat16(Float32Array.from(values)))).toEqual(torchHalf);
  });

  it("rounds the middle between any two neighbours to the even one, and what lies beside it to the nearer", () => {
    const wrong: number[] = [];
    for (let bits = 0; bits < 0x7bff; bits++) {
      const middle = Float32Array.of((valueOfFloat16(bits) + valueOfFloat16(bits + 1)) / 2);
      const pattern = new Uint32Array(middle.buffer)[0] as number;
      const around = new Float32Array(Uint32Array.of(pattern - 1, pattern, pattern + 1).buffer);
      const [below, at, above] = float32ToFloat16(around);
      if (below !== bits || at !== bits + (bits & 1) || above !== bits + 1) wrong.push(bits);
    }
    expect(wrong).toEqual([]);
  });

  it("keeps a NaN a NaN where its payload lies in the bits that are cut off", () => {
    expect(
      Array.from(float32ToFloat16(new Float32Array(Uint32Array.of(0x7f800001, 0xff800001).buffer))),
    ).toEqual([0x7e00, 0xfe00]);
  });
});

describe("bfloat16", () => {
  it("is the upper half of a float32", () => {
    expect(new Uint32Array(bfloat16ToFloat32(allPatterns).buffer)).toEqual(
      Uint32Array.from(allPatterns, (bits) => bits * 65_536),
    );
  });

  it("brings all 65,536 patterns back from float32, infinities and NaNs included", () => {
    expect(float32ToBfloat16(bfloat16ToFloat32(allPatterns))).toEqual(allPatterns);
  });

  it("rounds as PyTorch does", () => {
    expect(Array.from(float32ToBfloat16(Float32Array.from(values)))).toEqual(torchBfloat16);
  });

  it("rounds a tie to even and keeps a NaN a NaN", () => {
    const patterns = Uint32Array.of(
      0x3f808000,
      0x3f818000,
      0x3f808001,
      0x3f807fff,
      0x7f7fffff,
      0x7f800001,
    );
    expect(Array.from(float32ToBfloat16(new Float32Array(patterns.buffer)))).toEqual([
      0x3f80, 0x3f82, 0x3f81, 0x3f80, 0x7f80, 0x7fc0,
    ]);
  });
});
