import type { Generation } from "./generation.ts";
import { seedOf } from "./picture-files.ts";
import type { PictureNames } from "./picture-names.ts";
import { version } from "./version.ts";

/** One JSON document on stdout. */
export function jsonText(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** What `generate --json` and `reproduce --json` tell about a run. */
export function generationReport(
  generation: Generation,
  { pictures, sheet }: PictureNames,
  model: string,
) {
  const { settings, warnings, fallbacks, backend, provider, seconds, imageSize, enlarge, sha256 } =
    generation;
  return {
    files: pictures.map((path, k) => ({ path, seed: seedOf(generation, k) })),
    ...(sheet !== undefined && { sheet }),
    settings,
    model: { source: model, sha256, imageSize },
    enlarge,
    backend,
    provider,
    fallbacks,
    warnings,
    seconds,
    glissade: version,
  };
}
