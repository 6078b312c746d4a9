import { fileURLToPath } from "node:url";
import { InvalidArgumentError } from "@glissade/core";

/** IBM Plex Sans: Latin, Greek, Cyrillic and arrows in 213 KB, under the SIL Open Font Licence. */
const fontFile = () =>
  fileURLToPath(
    import.meta.resolve("@expo-google-fonts/ibm-plex-sans/400Regular/IBMPlexSans_400Regular.ttf"),
  );

export interface SvgToPngOptions {
  /** Pixels of the image for each of the SVG's. Default 2, for print and dense screens. */
  readonly zoom?: number;
  readonly signal?: AbortSignal;
}

/**
 * Draws an SVG. All its text is drawn in IBM Plex Sans, which comes along: no font is asked of the
 * machine, so the image is the same everywhere.
 *
 * @param svg a plot of `sweepPlots`, or another that refers to no file
 * @returns a PNG file
 * @throws InvalidArgumentError where it is no SVG; the signal's reason where aborted
 * @example `await writeFile("plot.png", await svgToPng(svg))`
 */
export async function svgToPng(
  svg: string,
  { zoom = 2, signal }: SvgToPngOptions = {},
): Promise<Uint8Array> {
  signal?.throwIfAborted();
  if (!(zoom > 0 && zoom <= 8))
    throw new InvalidArgumentError({
      argument: "zoom",
      received: zoom,
      expected: "a number above 0, at most 8",
    });
  // native: loaded where it is needed alone
  const { renderAsync } = await import("@resvg/resvg-js");
  const image = await renderAsync(svg, {
    fitTo: { mode: "zoom", value: zoom },
    font: {
      loadSystemFonts: false,
      fontFiles: [fontFile()],
      defaultFontFamily: "IBM Plex Sans",
      sansSerifFamily: "IBM Plex Sans",
    },
  }).catch((cause: unknown) => {
    throw new InvalidArgumentError({
      argument: "svg",
      received: svg,
      expected: "an SVG image",
      cause,
    });
  });
  signal?.throwIfAborted();
  return image.asPng();
}
