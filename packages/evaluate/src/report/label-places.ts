/** A place on a plot, in pixels from its top left. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Text that belongs to a point. */
export interface PointLabel {
  readonly at: Place;
  readonly text: string;
}

export interface Surroundings {
  /** Of the plot, in pixels. */
  readonly width: number;
  readonly height: number;
  /** Places that each line joins. */
  readonly lines: readonly (readonly Place[])[];
  /** Of a point's mark, in pixels. */
  readonly markSize: number;
  readonly fontSize: number;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** How bad a covered pixel is. */
const weights = { text: 5, mark: 3, outside: 3, line: 1 };
/** Lines are taken for dots of this size. */
const dot = 3;

/**
 * Where the middle of each label goes: beside its point, off the other labels, the marks and the
 * lines, as far as there is room.
 */
export function labelPlaces(labels: readonly PointLabel[], surroundings: Surroundings): Place[] {
  const { width, height, lines, markSize } = surroundings;
  const plot: Box = { left: 0, top: 0, right: width, bottom: height };
  const marks = labels.map(({ at }) => boxAround(at, markSize, markSize));
  const dots = lines.flatMap(dotsAlong).map((place) => boxAround(place, dot, dot));
  const texts: Box[] = [];
  return labels.map((label) => {
    const candidates = boxesBeside(label, surroundings).map((box) => {
      const outside = overlap(box, box) - overlap(box, plot);
      const covered =
        weights.text * shared(box, texts) +
        weights.mark * shared(box, marks) +
        weights.line * shared(box, dots);
      return { box, fault: covered + weights.outside * outside };
    });
    const { box } = candidates.reduce((best, candidate) =>
      candidate.fault < best.fault ? candidate : best,
    );
    texts.push(box);
    return { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 };
  });
}

/**
 * The room that a label takes. Digits of common fonts are about 0.6 em wide; a headless Vega cannot
 * measure them.
 */
export function labelBox(middle: Place, text: string, fontSize: number): Box {
  return boxAround(middle, text.length * fontSize * 0.6, fontSize);
}

/** Area that two boxes share. */
export function overlap(a: Box, b: Box): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
}

export function boxAround({ x, y }: Place, width: number, height: number): Box {
  return { left: x - width / 2, top: y - height / 2, right: x + width / 2, bottom: y + height / 2 };
}

/** The best first: eight places around the point, then the same farther out. */
function boxesBeside({ at, text }: PointLabel, { markSize, fontSize }: Surroundings): Box[] {
  const { right, bottom } = labelBox({ x: 0, y: 0 }, text, fontSize);
  return [2, 8, 16].flatMap((gap) => {
    const [aside, above] = [markSize / 2 + gap + right, markSize / 2 + gap + bottom];
    const [near, slightly] = [aside - gap / 2, above - gap / 2];
    const steps = [
      [near, -slightly],
      [0, -above],
      [aside, 0],
      [-near, -slightly],
      [near, slightly],
      [0, above],
      [-near, slightly],
      [-aside, 0],
    ] as const;
    return steps.map(([dx, dy]) => labelBox({ x: at.x + dx, y: at.y + dy }, text, fontSize));
  });
}

function shared(box: Box, others: readonly Box[]): number {
  return others.reduce((sum, other) => sum + overlap(box, other), 0);
}

function dotsAlong(line: readonly Place[]): Place[] {
  return line.slice(1).flatMap((to, index) => {
    const from = line[index] ?? to;
    const count = Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / dot);
    return Array.from({ length: count }, (_, step) => ({
      x: from.x + ((to.x - from.x) * step) / count,
      y: from.y + ((to.y - from.y) * step) / count,
    }));
  });
}
