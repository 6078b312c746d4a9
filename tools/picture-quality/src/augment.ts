import type { Random } from "./random.ts";
import { betweenCells, type CutImage, drawPlaces, type Planes, warped } from "./warp.ts";

/*
 * What a judge of drawn images must not mind: where and how large a thing is, bent lines, other
 * colours, softness and noise as samplers and upsamplers leave them, missing parts.
 */

type Color = readonly [red: number, green: number, blue: number];

const white: Color = [1, 1, 1];

/** Writes a softened image as a sampler might have drawn it: three planes in [-1, 1]. */
export function augment(image: CutImage, random: Random, side: number, into: Float32Array): void {
  const cut = warped(image, drawPlaces(random, side));
  recolor(cut, random);
  const background = random.chance(0.6) ? white : drawColor(random);
  const planes = onBackground(cut, background);
  if (random.chance(0.4)) blur(planes, side, random.between(0.3, 1));
  if (random.chance(0.25)) coarsen(planes, side, Math.round(random.between(12, 24)));
  if (random.chance(0.35)) erase(planes, side, random, background);
  const noise = random.chance(0.35) ? random.between(0.01, 0.08) : 0;
  const blotches = random.chance(0.25) ? random.between(0.03, 0.12) : 0;
  if (blotches > 0) addBlotches(planes, side, random, blotches);
  for (let i = 0; i < planes.length; i++) {
    const value = (planes[i] ?? 0) + (noise > 0 ? noise * random.normal() : 0);
    into[i] = 2 * Math.min(1, Math.max(0, value)) - 1;
  }
}

/** An image on white or another colour: three planes of 0 to 1. */
export function onBackground(cut: Planes, background: Color = white): Planes {
  const size = cut.length / 4;
  const planes = new Float32Array(3 * size);
  for (let i = 0; i < 3 * size; i++) {
    const behind = background[Math.floor(i / size)] ?? 1;
    planes[i] = (cut[i] ?? 0) + behind * (1 - (cut[3 * size + (i % size)] ?? 0));
  }
  return planes;
}

function drawColor(random: Random): Color {
  const pale = random.chance(0.6) ? 0.6 : 0;
  const channel = () => pale + (1 - pale) * random.between(0, 1);
  return [channel(), channel(), channel()];
}

/** Turns the hue, mostly a little; changes saturation, contrast and brightness. */
function recolor(cut: Planes, random: Random): void {
  const size = cut.length / 4;
  const turn = random.chance(0.12) ? random.between(-3.14, 3.14) : random.between(-0.35, 0.35);
  const saturation = random.chance(0.04) ? 0 : random.between(0.6, 1.4);
  const contrast = random.between(0.75, 1.25);
  const lift = random.between(-0.12, 0.12) + (1 - contrast) / 2;
  const [cos, sin] = [saturation * Math.cos(turn), saturation * Math.sin(turn)];
  for (let i = 0; i < size; i++) {
    const alpha = cut[3 * size + i] ?? 0;
    if (alpha === 0) continue;
    const [red, green, blue] = [cut[i] ?? 0, cut[size + i] ?? 0, cut[2 * size + i] ?? 0];
    // YIQ: hue is an angle there.
    const y = 0.299 * red + 0.587 * green + 0.114 * blue;
    const u = 0.596 * red - 0.274 * green - 0.322 * blue;
    const v = 0.211 * red - 0.523 * green + 0.312 * blue;
    const [i2, q2] = [contrast * (cos * u - sin * v), contrast * (sin * u + cos * v)];
    const base = contrast * y + lift * alpha;
    const clamp = (value: number) => Math.min(alpha, Math.max(0, value));
    cut[i] = clamp(base + 0.956 * i2 + 0.621 * q2);
    cut[size + i] = clamp(base - 0.272 * i2 - 0.647 * q2);
    cut[2 * size + i] = clamp(base - 1.106 * i2 + 1.703 * q2);
  }
}

/** Two passes of three taps with the variance of a Gaussian. */
function blur(planes: Planes, side: number, deviation: number): void {
  const edge = Math.min(1 / 3, (deviation * deviation) / 2);
  smoothAlong(planes, side, 1, edge);
  smoothAlong(planes, side, side, edge);
}

function smoothAlong(planes: Planes, side: number, stride: number, edge: number): void {
  const before = planes.slice();
  for (let i = 0; i < planes.length; i++) {
    const position = Math.floor(i / stride) % side;
    const own = before[i] ?? 0;
    const previous = position > 0 ? (before[i - stride] ?? 0) : own;
    const next = position < side - 1 ? (before[i + stride] ?? 0) : own;
    planes[i] = own + edge * (previous + next - 2 * own);
  }
}

/** Down to a smaller side and back by straight lines, as what an upsampler did not sharpen. */
function coarsen(planes: Planes, side: number, small: number): void {
  const step = (small - 1) / (side - 1);
  const source = (position: number) => Math.round(((position + 0.5) * side) / small - 0.5);
  const size = side * side;
  const coarse = new Float32Array(small * small);
  for (let start = 0; start < planes.length; start += size) {
    for (let i = 0; i < coarse.length; i++) {
      const from = source(Math.floor(i / small)) * side + source(i % small);
      coarse[i] = planes[start + from] ?? 0;
    }
    for (let i = 0; i < size; i++) {
      const [row, column] = [Math.floor(i / side) * step, (i % side) * step];
      planes[start + i] = betweenCells(coarse, 0, small, row, column);
    }
  }
}

/** A rectangle of the background or another colour hides a part. */
function erase(planes: Planes, side: number, random: Random, background: Color): void {
  const color = random.chance(0.5) ? background : drawColor(random);
  const [width, height] = [random.between(4, 13), random.between(4, 13)].map(Math.round);
  const [left, top] = [random.between(-4, side - 4), random.between(-4, side - 4)].map(Math.round);
  const size = side * side;
  for (let y = Math.max(0, top ?? 0); y < Math.min(side, (top ?? 0) + (height ?? 0)); y++) {
    for (let x = Math.max(0, left ?? 0); x < Math.min(side, (left ?? 0) + (width ?? 0)); x++) {
      color.forEach((value, channel) => {
        planes[channel * size + y * side + x] = value;
      });
    }
  }
}

/** Clouds of colour, 5 pixels wide: what is left where a sampler has not decided. */
function addBlotches(planes: Planes, side: number, random: Random, strength: number): void {
  const cells = 7;
  const values = Float32Array.from({ length: 3 * cells * cells }, () => random.normal());
  const size = side * side;
  for (let i = 0; i < planes.length; i++) {
    const column = ((i % side) / side) * (cells - 1);
    const row = (Math.floor((i % size) / side) / side) * (cells - 1);
    const start = Math.floor(i / size) * cells * cells;
    const cloud = strength * betweenCells(values, start, cells, row, column);
    planes[i] = (planes[i] ?? 0) + cloud;
  }
}
