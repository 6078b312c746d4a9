import type { PerceivedColor } from "./thing-colors.ts";

/** Linear light of each value of a byte in sRGB. */
const linear = Float64Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

/** Bytes in sRGB of linear light in 4,096 steps, so that no power is taken for a pixel. */
const bytes = Float32Array.from({ length: 4097 }, (_, step) => {
  const value = step / 4096;
  return 255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055);
});

/** OKLab of a colour of sRGB, 0 to 255 each. B. Ottosson, "A perceptual color space", 2020. */
export function oklabOf(red: number, green: number, blue: number, to: Float64Array): void {
  const [r, g, b] = [linearOf(red), linearOf(green), linearOf(blue)];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  to[0] = 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
  to[1] = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  to[2] = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
}

/** Colour of sRGB, 0 to 255 each; false where the screen cannot show it (it is cut off then). */
export function rgbOfOklab(lightness: number, a: number, b: number, to: Float64Array): boolean {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const red = 4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s;
  const green = -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s;
  const blue = -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s;
  to[0] = byteOf(red);
  to[1] = byteOf(green);
  to[2] = byteOf(blue);
  const least = Math.min(red, green, blue);
  return least >= -0.001 && Math.max(red, green, blue) <= 1.001;
}

export function perceivedColor([red, green, blue]: readonly [number, number, number]) {
  const lab = new Float64Array(3);
  oklabOf(red, green, blue, lab);
  const [lightness = 0, a = 0, b = 0] = lab;
  return { lightness, chroma: Math.hypot(a, b), hue: hueOf(a, b) } satisfies PerceivedColor;
}

/** In degrees, 0 to 360. */
export function hueOf(a: number, b: number): number {
  const degrees = (Math.atan2(b, a) * 180) / Math.PI;
  return degrees < 0 ? degrees + 360 : degrees;
}

/** How far the second hue lies beyond the first, -180 to 180. */
export function hueDifference(from: number, to: number): number {
  return ((((to - from + 180) % 360) + 360) % 360) - 180;
}

function linearOf(value: number): number {
  return linear[Math.max(0, Math.min(255, Math.round(value)))] as number;
}

function byteOf(value: number): number {
  return bytes[Math.round(4096 * Math.max(0, Math.min(1, value)))] as number;
}
