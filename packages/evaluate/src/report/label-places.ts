import { type Box, boxAround, clipped, lengthOf, overlap, type Place, type Segment } from "./plane-geometry.ts";

/** Text that belongs to a point. */
export interface PointLabel {
  readonly at: Place;
  readonly text: string;
}

export interface Surroundings {
  readonly plot: Box;
  /** Lines that text should not lie on. */
  readonly lines: readonly Segment[];
  /** Of a point's mark, in pixels. */
  readonly markSize: number;
  readonly fontSize: number;
}

/** How bad it is, a pixel of it: text over text above all. */
const penalties = { text: 20, mark: 12, line: 4, distance: 0.6 };
/** Each label moves again when it has seen where the others went. */
const rounds = 4;

/** Where the middle of each label goes: beside its point, off the lines, off the other labels, as far as there is room. */
export function labelPlaces(labels: readonly PointLabel[], surroundings: Surroundings): Place[] {
  const { markSize } = surroundings;
  const sizes = labels.map(({ text }) => textSize(text, surroundings));
  const marks = labels.map(({ at }) => boxAround(at, markSize, markSize));
  const places = labels.map(({ at }) => at);
  for (let round = 0; round < rounds; round++) {
    labels.forEach(({ at }, index) => {
      const size = sizes[index];
      if (!size) return;
      const others = round === 0 ? places.slice(0, index) : places;
      const boxes = others.flatMap((place, other) => {
        const of = sizes[other];
        return other === index || !of ? [] : [boxAround(place, of.width, of.height)];
      });
      const fault = (place: Place) => faultOf(boxAround(place, size.width, size.height), place, at, boxes, marks, surroundings);
      const within = candidates(at, size, markSize).map((place) => moved(place, size, surroundings.plot));
      places[index] = within.reduce((best, place) => (fault(place) < fault(best) ? place : best));
    });
  }
  return places;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Digits of common fonts are about 0.6 em wide; a headless Vega cannot measure them. */
function textSize(text: string, { fontSize }: Surroundings): Size {
  return { width: text.length * fontSize * 0.6, height: fontSize };
}

/** Into the plot, where a label is not cut off. */
function moved({ x, y }: Place, { width, height }: Size, { left, top, right, bottom }: Box): Place {
  const between = (least: number, value: number, most: number) => Math.max(least, Math.min(value, most));
  return { x: between(left + width / 2, x, right - width / 2), y: between(top + height / 2, y, bottom - height / 2) };
}

/** Eight places around the point, then the same farther out. */
function candidates({ x, y }: Place, { width, height }: Size, markSize: number): Place[] {
  return [2, 8, 16, 28].flatMap((gap) => {
    const aside = markSize / 2 + gap + width / 2;
    const above = markSize / 2 + gap + height / 2;
    const near = aside - markSize / 4 - gap / 2; // diagonally, the mark leaves more room
    const slightly = above - markSize / 4 - gap / 2;
    return [
      { x: x + near, y: y - slightly },
      { x, y: y - above },
      { x: x + aside, y },
      { x: x - near, y: y - slightly },
      { x: x + near, y: y + slightly },
      { x, y: y + above },
      { x: x - near, y: y + slightly },
      { x: x - aside, y },
    ];
  });
}

function faultOf(box: Box, place: Place, at: Place, labels: readonly Box[], marks: readonly Box[], { lines }: Surroundings): number {
  const shared = (boxes: readonly Box[]) => boxes.reduce((sum, other) => sum + overlap(box, other), 0);
  const onLines = lines.reduce((sum, line) => {
    const part = clipped(line, box);
    return part ? sum + lengthOf(part) : sum;
  }, 0);
  return penalties.text * shared(labels) + penalties.mark * shared(marks) + penalties.line * onLines + penalties.distance * lengthOf({ from: at, to: place });
}
