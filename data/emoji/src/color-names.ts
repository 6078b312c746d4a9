import type { Cutout } from "./compositing.ts";
import { hueOf, oklabOf } from "./perceived-color.ts";
import type { PerceivedColor, ThingColor } from "./thing-colors.ts";

/** What one would call a colour; undefined for what has no plain name (olive, turquoise). */
export function colorNameOf({ lightness, chroma, hue }: PerceivedColor): ThingColor | undefined {
  if (chroma < (lightness > 0.9 || lightness < 0.35 ? 0.045 : 0.035)) {
    if (lightness < 0.38) return "black";
    return lightness < 0.87 ? "gray" : "white";
  }
  if (hue >= 335 || hue < 15) return lightness > 0.66 ? "pink" : "red";
  if (hue < 40) {
    if (lightness < 0.5 && chroma < 0.12) return "brown";
    if (lightness > 0.72) return "pink";
    return "red";
  }
  if (hue < 75) return lightness < 0.6 || chroma < 0.075 ? "brown" : "orange";
  if (hue < 112) {
    if (lightness > 0.7) return "yellow";
    return lightness < 0.55 ? "brown" : undefined;
  }
  if (hue < 175) return "green";
  if (hue < 215) return undefined;
  return hue < 287 ? "blue" : "purple";
}

/** Which share of what a cut-out shows each colour name covers. */
export function colorShares({ pixels }: Cutout): Map<ThingColor, number> {
  const areas = new Map<ThingColor, number>();
  const lab = new Float64Array(3);
  let total = 0;
  for (let at = 0; at < pixels.length; at += 4) {
    const alpha = pixels[at + 3] as number;
    if (alpha < 128) continue;
    total += 1;
    oklabOf(
      straight(pixels, at, alpha),
      straight(pixels, at + 1, alpha),
      straight(pixels, at + 2, alpha),
      lab,
    );
    const [lightness = 0, a = 0, b = 0] = lab;
    const name = colorNameOf({ lightness, chroma: Math.hypot(a, b), hue: hueOf(a, b) });
    if (name) areas.set(name, (areas.get(name) ?? 0) + 1);
  }
  for (const [name, area] of areas) areas.set(name, area / Math.max(1, total));
  return areas;
}

/** The one colour that a thing clearly has, if any. */
export function ownColorOf(cutout: Cutout): ThingColor | undefined {
  const [first] = [...colorShares(cutout)].sort((one, other) => other[1] - one[1]);
  return first && first[1] >= leastOwnShare ? first[0] : undefined;
}

const leastOwnShare = 0.6;

/** Mean colour of what a cut-out shows, 0 to 255 each. */
export function meanColorOf({ pixels }: Cutout): [red: number, green: number, blue: number] {
  let [red, green, blue, total] = [0, 0, 0, 0];
  for (let at = 0; at < pixels.length; at += 4) {
    red += pixels[at] as number;
    green += pixels[at + 1] as number;
    blue += pixels[at + 2] as number;
    total += (pixels[at + 3] as number) / 255;
  }
  const scale = 1 / Math.max(total, 1e-6);
  return [red * scale, green * scale, blue * scale];
}

/** The colour of a pixel before its alpha was multiplied in. */
export function straight(pixels: Uint8Array, at: number, alpha: number): number {
  return Math.min(255, ((pixels[at] as number) * 255) / alpha);
}
