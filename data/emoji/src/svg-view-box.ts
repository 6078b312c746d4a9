/** A square part of a drawing, in its user units. */
export interface ViewBox {
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

const rootElement = /<svg\b[^>]*>/;
const sizeAttributes = /\s(?:width|height|viewBox|preserveAspectRatio)\s*=\s*(?:"[^"]*"|'[^']*')/g;
const pixelsOfUnit: Readonly<Record<string, number>> = {
  px: 1,
  pt: 96 / 72,
  pc: 16,
  mm: 96 / 25.4,
  cm: 96 / 2.54,
  in: 96,
};
const unsizedPage = 1000;

/** The square that holds an SVG document's page: its view box, or its width and height. */
export function pageOf(svg: string): ViewBox {
  const root = rootElement.exec(svg)?.[0] ?? "";
  const [x, y, width, height] = (attribute(root, "viewBox") ?? "")
    .trim()
    .split(/[\s,]+/)
    .map(Number);
  if (x !== undefined && y !== undefined && width && height)
    return { x, y, side: Math.max(width, height) };
  return {
    x: 0,
    y: 0,
    side: Math.max(pixels(attribute(root, "width")), pixels(attribute(root, "height"))),
  };
}

/**
 * The document with another view box, drawn at side x side pixels. A page without one (with its
 * size in millimetres, say) is clipped when it is scaled.
 */
export function withViewBox(svg: string, { x, y, side: extent }: ViewBox, side: number): string {
  return svg.replace(rootElement, (root) => {
    const bare = root.replace(sizeAttributes, "");
    return bare.replace(
      /^<svg/,
      `<svg viewBox="${x} ${y} ${extent} ${extent}" width="${side}" height="${side}"`,
    );
  });
}

function attribute(element: string, name: string): string | undefined {
  const match = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(element);
  return match?.[1] ?? match?.[2];
}

function pixels(length: string | undefined): number {
  const [, number = "", unit = ""] =
    /^\s*([\d.]+(?:e[+-]?\d+)?)\s*([a-z%]*)/i.exec(length ?? "") ?? [];
  const size = Number(number) * (unit === "" ? 1 : (pixelsOfUnit[unit] ?? Number.NaN));
  return size > 0 ? size : unsizedPage;
}
