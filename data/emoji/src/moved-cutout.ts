import type { Cutout } from "./compositing.ts";

/** How a cut-out is laid on a canvas of half its side: lengths are fractions of the side. */
export interface Placing {
  readonly scale: number;
  readonly right: number;
  readonly down: number;
  readonly isMirrored: boolean;
}

/** The part of a cut-out that is not empty, as fractions of its side. */
export interface Extent {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export function extentOf({ pixels, side }: Cutout): Extent {
  let [left, top, right, bottom] = [side, side, 0, 0];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      if ((pixels[(y * side + x) * 4 + 3] as number) < 8) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = y + 1;
    }
  }
  return { left: left / side, top: top / side, right: right / side, bottom: bottom / side };
}

/** Keeps what is shown inside the canvas: a thing is moved and scaled, but never cut off. */
export function keptInside({ scale, right, down, isMirrored }: Placing, extent: Extent): Placing {
  const [left, far] = isMirrored
    ? [1 - extent.right, 1 - extent.left]
    : [extent.left, extent.right];
  const most = 1 / Math.max(far - left, extent.bottom - extent.top, 1e-3);
  const kept = Math.min(scale, Math.max(1, most));
  const inside = (shift: number, from: number, to: number) => {
    const [low, high] = [-(0.5 + (from - 0.5) * kept), 1 - (0.5 + (to - 0.5) * kept)];
    return low > high ? (low + high) / 2 : Math.max(low, Math.min(high, shift));
  };
  return {
    scale: kept,
    right: inside(right, left, far),
    down: inside(down, extent.top, extent.bottom),
    isMirrored,
  };
}

/** The cut-out at half its side, moved, scaled and mirrored: four samples to a pixel. */
export function movedCutout(
  { pixels, side }: Cutout,
  { scale, right, down, isMirrored }: Placing,
): Cutout {
  const half = side / 2;
  const result = new Uint8Array(half * half * 4);
  const columns = samplesAlong(side, scale, right, isMirrored);
  const rows = samplesAlong(side, scale, down, false);
  const line = new Float32Array(half * 4);
  for (let y = 0; y < half; y++) {
    line.fill(0);
    for (let part = 0; part < 2; part++) {
      const row = rows[2 * y + part] as Sample;
      addRow(line, pixels, side, row.at, row.rest * 0.25, columns);
      addRow(line, pixels, side, row.at + 1, (1 - row.rest) * 0.25, columns);
    }
    for (let i = 0; i < line.length; i++) result[y * half * 4 + i] = Math.round(line[i] as number);
  }
  return { pixels: result, side: half };
}

/** A place between two pixels: the first, and how much of it (the rest is of the second). */
interface Sample {
  readonly at: number;
  readonly rest: number;
}

function samplesAlong(side: number, scale: number, shift: number, isMirrored: boolean): Sample[] {
  return Array.from({ length: side }, (_, position) => {
    const target = ((position + 0.5) / side - shift - 0.5) / scale + 0.5;
    const source = (isMirrored ? 1 - target : target) * side - 0.5;
    const at = Math.floor(source);
    return { at, rest: 1 - (source - at) };
  });
}

function addRow(
  line: Float32Array,
  pixels: Uint8Array,
  side: number,
  row: number,
  weight: number,
  columns: readonly Sample[],
): void {
  if (row < 0 || row >= side || weight === 0) return;
  for (let column = 0; column < columns.length; column++) {
    const { at, rest } = columns[column] as Sample;
    const to = (column >> 1) * 4;
    if (at >= 0 && at < side) addPixel(line, to, pixels, (row * side + at) * 4, weight * rest);
    if (at + 1 >= 0 && at + 1 < side)
      addPixel(line, to, pixels, (row * side + at + 1) * 4, weight * (1 - rest));
  }
}

function addPixel(
  line: Float32Array,
  to: number,
  pixels: Uint8Array,
  from: number,
  weight: number,
): void {
  for (let channel = 0; channel < 4; channel++)
    line[to + channel] =
      (line[to + channel] as number) + weight * (pixels[from + channel] as number);
}
