import { colorShares, meanColorOf, straight } from "./color-names.ts";
import type { Cutout } from "./compositing.ts";
import { hueDifference, hueOf, oklabOf, perceivedColor, rgbOfOklab } from "./perceived-color.ts";
import { type ThingColor, thingColors } from "./thing-colors.ts";

/** The part of a cut-out that is one colour, more or less: the paint of a car, not its windows. */
interface Paint {
  /** How far each pixel belongs to it, 0 to 1. */
  readonly weights: Float32Array;
  readonly lightness: number;
  readonly chroma: number;
  readonly hue: number;
  /** Which share of what is shown it covers. */
  readonly share: number;
}

/** Chroma from which a pixel counts as coloured at all, and from which fully. */
const [faint, colored] = [0.025, 0.06];
/** Hues so near to the paint's own belong to it; those beyond the second do not. */
const [near, far] = [38, 62];

/**
 * Paints a thing anew: the part that has its main colour gets the hue, chroma and lightness of
 * another, with its shading; white, black, outlines and parts of other colours stay.
 *
 * @returns undefined where the thing has no main colour or does not become what was asked
 */
export function recolored(cutout: Cutout, color: ThingColor): Cutout | undefined {
  const paint = mainPaint(cutout);
  if (!paint || paint.share < leastPaint) return undefined;
  const result = repaint(cutout, paint, color);
  return looksLike(result, color) ? result : undefined;
}

/** Likewise without looking at what comes out: for what `recolored` could do at another side. */
export function painted(cutout: Cutout, color: ThingColor): Cutout {
  const paint = mainPaint(cutout);
  return paint ? repaint(cutout, paint, color) : cutout;
}

const leastPaint = 0.35;
const leastShown = 0.4;

/** Whether the named colour covers much of the thing, and the mean of all has its hue. */
function looksLike(cutout: Cutout, color: ThingColor): boolean {
  if ((colorShares(cutout).get(color) ?? 0) < leastShown) return false;
  const mean = perceivedColor(meanColorOf(cutout));
  const wanted = thingColors[color];
  if (wanted.chroma === 0)
    return mean.chroma < 0.06 && Math.abs(mean.lightness - wanted.lightness) < 0.25;
  return mean.chroma > 0.3 * wanted.chroma && Math.abs(hueDifference(wanted.hue, mean.hue)) < 30;
}

/** OKLab of each pixel, one after another, and how much of it is there (0 or 1). */
function labPixels({ pixels }: Cutout): { labs: Float64Array; shown: number } {
  const labs = new Float64Array((pixels.length / 4) * 3);
  const lab = new Float64Array(3);
  let shown = 0;
  for (let at = 0, to = 0; at < pixels.length; at += 4, to += 3) {
    const alpha = pixels[at + 3] as number;
    if (alpha === 0) continue;
    oklabOf(
      straight(pixels, at, alpha),
      straight(pixels, at + 1, alpha),
      straight(pixels, at + 2, alpha),
      lab,
    );
    labs.set(lab, to);
    shown += alpha / 255;
  }
  return { labs, shown };
}

function mainPaint(cutout: Cutout): Paint | undefined {
  const { labs, shown } = labPixels(cutout);
  if (shown === 0) return undefined;
  const hue = mainHue(cutout, labs);
  const byHue =
    hue === undefined
      ? undefined
      : paintOf(
          cutout,
          labs,
          shown,
          (lightness, chroma, own) =>
            coloredness(chroma) * nearness(hueDifference(hue, own)) * (lightness > 0.12 ? 1 : 0),
        );
  if (byHue && byHue.share >= leastPaint) return byHue;
  // what has no colour is painted where it is neither an outline nor a highlight
  return paintOf(
    cutout,
    labs,
    shown,
    (lightness, chroma) => (1 - ramp(chroma, colored, 1.5 * colored)) * ramp(lightness, 0.22, 0.34),
  );
}

/** The hue with most colour around it. */
function mainHue({ pixels }: Cutout, labs: Float64Array): number | undefined {
  const bins = new Float64Array(72);
  for (let at = 3, from = 0; at < pixels.length; at += 4, from += 3) {
    const [a, b] = [labs[from + 1] as number, labs[from + 2] as number];
    const chroma = Math.hypot(a, b);
    if (chroma < faint) continue;
    const bin = Math.floor(hueOf(a, b) / 5) % 72;
    bins[bin] = (bins[bin] as number) + (coloredness(chroma) * (pixels[at] as number)) / 255;
  }
  let [best, most] = [0, 0];
  for (let bin = 0; bin < 72; bin++) {
    let sum = 0;
    for (let offset = -4; offset <= 4; offset++)
      sum += (5 - Math.abs(offset)) * (bins[(bin + offset + 72) % 72] as number);
    if (sum > most) [best, most] = [bin, sum];
  }
  return most > 0 ? best * 5 + 2.5 : undefined;
}

function paintOf(
  { pixels }: Cutout,
  labs: Float64Array,
  shown: number,
  belonging: (lightness: number, chroma: number, hue: number) => number,
): Paint {
  const weights = new Float32Array(pixels.length / 4);
  let [total, lightness, a, b, chroma] = [0, 0, 0, 0, 0];
  for (let pixel = 0; pixel < weights.length; pixel++) {
    const alpha = (pixels[4 * pixel + 3] as number) / 255;
    if (alpha === 0) continue;
    const [ownLightness, ownA, ownB] = [
      labs[3 * pixel] as number,
      labs[3 * pixel + 1] as number,
      labs[3 * pixel + 2] as number,
    ];
    const ownChroma = Math.hypot(ownA, ownB);
    const weight = belonging(ownLightness, ownChroma, hueOf(ownA, ownB));
    weights[pixel] = weight;
    total += weight * alpha;
    lightness += weight * alpha * ownLightness;
    a += weight * alpha * ownA;
    b += weight * alpha * ownB;
    chroma += weight * alpha * ownChroma;
  }
  const scale = 1 / Math.max(total, 1e-6);
  return {
    weights,
    lightness: lightness * scale,
    chroma: chroma * scale,
    hue: hueOf(a, b),
    share: total / shown,
  };
}

/** Black stays black and white white; what lies between moves with the mean. */
function movedLightness(lightness: number, from: number, to: number): number {
  if (lightness <= from) return (lightness * to) / Math.max(from, 1e-3);
  return 1 - ((1 - lightness) * (1 - to)) / Math.max(1 - from, 1e-3);
}

function repaint({ pixels, side }: Cutout, paint: Paint, color: ThingColor): Cutout {
  const { labs } = labPixels({ pixels, side });
  const target = thingColors[color];
  const result = Uint8Array.from(pixels);
  const rgb = new Float64Array(3);
  for (let pixel = 0; pixel < paint.weights.length; pixel++) {
    const weight = paint.weights[pixel] as number;
    const alpha = (pixels[4 * pixel + 3] as number) / 255;
    if (weight === 0 || alpha === 0) continue;
    const [lightness, a, b] = [
      labs[3 * pixel] as number,
      labs[3 * pixel + 1] as number,
      labs[3 * pixel + 2] as number,
    ];
    // a colourless thing keeps its brightest lights: they are what makes it look shaded
    const moved = movedLightness(lightness, paint.lightness, target.lightness);
    const isGray = paint.chroma < colored;
    const strength = isGray
      ? 1 - ramp(moved, 0.9, 1)
      : Math.min(1.25, Math.hypot(a, b) / Math.max(paint.chroma, 1e-3));
    const turn = isGray ? 0 : 0.35 * hueDifference(paint.hue, hueOf(a, b));
    const hue = ((target.hue + turn) * Math.PI) / 180;
    let chroma = target.chroma * strength;
    while (!rgbOfOklab(moved, chroma * Math.cos(hue), chroma * Math.sin(hue), rgb) && chroma > 0.01)
      chroma *= 0.92;
    for (let channel = 0; channel < 3; channel++) {
      const at = 4 * pixel + channel;
      result[at] = Math.round(
        (1 - weight) * (pixels[at] as number) + weight * alpha * (rgb[channel] as number),
      );
    }
  }
  return { pixels: result, side };
}

function coloredness(chroma: number): number {
  return ramp(chroma, faint, colored);
}

function nearness(difference: number): number {
  return 1 - ramp(Math.abs(difference), near, far);
}

function ramp(value: number, from: number, to: number): number {
  return Math.max(0, Math.min(1, (value - from) / (to - from)));
}
