import type { Color } from "./colors.ts";

/** A square picture as premultiplied RGBA. */
export interface Cutout {
  readonly pixels: Uint8Array;
  readonly side: number;
}

/** A square picture that is being put together: three planes (red, green, blue) of 0 to 255. */
export interface Canvas {
  readonly planes: Float32Array;
  readonly side: number;
}

export function fillCanvas({ planes, side }: Canvas, [red, green, blue]: Color): void {
  const size = side * side;
  planes.fill(red, 0, size);
  planes.fill(green, size, 2 * size);
  planes.fill(blue, 2 * size, 3 * size);
}

/**
 * Lays a cut-out of the canvas's own side over all of it. @param color paints it, by its alpha
 * alone
 */
export function coverCanvas(
  { planes, side }: Canvas,
  { pixels }: Cutout,
  { color, isMirrored = false }: { color?: Color | undefined; isMirrored?: boolean } = {},
): void {
  const size = side * side;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const source = (y * side + (isMirrored ? side - 1 - x : x)) * 4;
      const alpha = (pixels[source + 3] as number) / 255;
      const target = y * side + x;
      for (let channel = 0; channel < 3; channel++) {
        const own = color
          ? (color[channel] as number) * alpha
          : (pixels[source + channel] as number);
        const at = channel * size + target;
        planes[at] = own + (planes[at] as number) * (1 - alpha);
      }
    }
  }
}

/**
 * Lays a cut-out over a canvas, scaled to `size` pixels by area means; what lies outside is cut
 * off. Centre in pixels of the canvas.
 */
export function placeCutout(
  { planes, side }: Canvas,
  cutout: Cutout,
  {
    size,
    centerX,
    centerY,
    color,
  }: { size: number; centerX: number; centerY: number; color?: Color | undefined },
): void {
  const scaled = scaledCutout(cutout, size);
  const left = Math.round(centerX - size / 2);
  const top = Math.round(centerY - size / 2);
  const plane = side * side;
  for (let row = Math.max(0, -top); row < Math.min(size, side - top); row++) {
    for (let column = Math.max(0, -left); column < Math.min(size, side - left); column++) {
      const source = (row * size + column) * 4;
      const alpha = (scaled[source + 3] as number) / 255;
      const target = (top + row) * side + left + column;
      for (let channel = 0; channel < 3; channel++) {
        const own = color
          ? (color[channel] as number) * alpha
          : (scaled[source + channel] as number);
        const at = channel * plane + target;
        planes[at] = own + (planes[at] as number) * (1 - alpha);
      }
    }
  }
}

/** Which pixels of a row one pixel of a shorter row is the mean of, and how much of each. */
interface Shares {
  readonly starts: Int32Array;
  readonly weights: readonly Float32Array[];
}

const sharesBySides = new Map<string, Shares>();

function sharesOf(from: number, to: number): Shares {
  const key = `${from} ${to}`;
  const known = sharesBySides.get(key);
  if (known) return known;
  const step = from / to;
  const starts = Int32Array.from({ length: to }, (_, target) => Math.floor(target * step));
  const weights = Array.from(starts, (start, target) => {
    const [begin, end] = [target * step, Math.min(from, (target + 1) * step)];
    const count = Math.max(1, Math.ceil(end - 1e-9) - start);
    return Float32Array.from(
      { length: count },
      (_, k) => (Math.min(end, start + k + 1) - Math.max(begin, start + k)) / (end - begin),
    );
  });
  const shares = { starts, weights };
  sharesBySides.set(key, shares);
  return shares;
}

/** Area means along both axes. */
function scaledCutout({ pixels, side }: Cutout, size: number): Float32Array {
  const { starts, weights } = sharesOf(side, size);
  const narrow = new Float32Array(side * size * 4);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < size; column++) {
      const share = weights[column] as Float32Array;
      let source = (row * side + (starts[column] as number)) * 4;
      let [red, green, blue, alpha] = [0, 0, 0, 0];
      for (let k = 0; k < share.length; k++, source += 4) {
        const weight = share[k] as number;
        red += weight * (pixels[source] as number);
        green += weight * (pixels[source + 1] as number);
        blue += weight * (pixels[source + 2] as number);
        alpha += weight * (pixels[source + 3] as number);
      }
      const target = (row * size + column) * 4;
      narrow[target] = red;
      narrow[target + 1] = green;
      narrow[target + 2] = blue;
      narrow[target + 3] = alpha;
    }
  }
  const length = size * 4;
  const small = new Float32Array(size * length);
  for (let row = 0; row < size; row++) {
    const share = weights[row] as Float32Array;
    const start = starts[row] as number;
    for (let k = 0; k < share.length; k++) {
      const weight = share[k] as number;
      const source = (start + k) * length;
      const target = row * length;
      for (let i = 0; i < length; i++)
        small[target + i] = (small[target + i] as number) + weight * (narrow[source + i] as number);
    }
  }
  return small;
}
