/** A place in an image, in pixels from its top left corner; a pixel's centre is at halves. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A piece of a stroke, between two places of the pointer. */
export interface Segment {
  readonly from: Point;
  readonly to: Point;
  readonly radius: number;
}

/**
 * Calls `paint` for every pixel that the brush touches on its way, with the share of it that is
 * covered: 0 to 1, less than 1 only at the edge.
 */
export function coverSegment(
  size: { readonly width: number; readonly height: number },
  segment: Segment,
  paint: (pixel: number, share: number) => void,
): void {
  const { from, to, radius } = segment;
  const [left, right] = span(from.x, to.x, radius, size.width);
  const [top, bottom] = span(from.y, to.y, radius, size.height);
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const share = Math.min(1, radius + 0.5 - distance({ x: x + 0.5, y: y + 0.5 }, segment));
      if (share > 0) paint(y * size.width + x, share);
    }
  }
}

function span(a: number, b: number, radius: number, limit: number): [first: number, end: number] {
  return [
    Math.max(0, Math.floor(Math.min(a, b) - radius - 1)),
    Math.min(limit, Math.ceil(Math.max(a, b) + radius + 1)),
  ];
}

/** From a point to the nearest of the segment's. */
function distance(point: Point, { from, to }: Segment): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  const along =
    length === 0
      ? 0
      : Math.min(1, Math.max(0, ((point.x - from.x) * dx + (point.y - from.y) * dy) / length));
  return Math.hypot(point.x - from.x - along * dx, point.y - from.y - along * dy);
}
