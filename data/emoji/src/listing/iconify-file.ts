/** The parts of Iconify's icons.json that are needed to draw its icons. */
export interface IconifyFile {
  readonly icons: Readonly<Record<string, IconifyIcon>>;
  readonly width?: number;
  readonly height?: number;
  readonly left?: number;
  readonly top?: number;
}

interface IconifyIcon {
  /** SVG without its outer element. */
  readonly body: string;
  readonly width?: number;
  readonly height?: number;
  readonly left?: number;
  readonly top?: number;
  readonly hidden?: boolean;
}

export interface SvgDocument {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** The icon as a document of its own; undefined where the file has none of that name. */
export function iconDocument(file: IconifyFile, name: string): SvgDocument | undefined {
  const icon = file.icons[name];
  if (!icon) return undefined;
  const width = icon.width ?? file.width ?? 16;
  const height = icon.height ?? file.height ?? 16;
  const box = [icon.left ?? file.left ?? 0, icon.top ?? file.top ?? 0, width, height].join(" ");
  const namespaces =
    'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"';
  return {
    svg: `<svg ${namespaces} viewBox="${box}" width="${width}" height="${height}" color="#000">${icon.body}</svg>`,
    width,
    height,
  };
}
