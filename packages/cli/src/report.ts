import type { Generation } from "./generation.ts";
import { seedOf } from "./image-files.ts";
import type { ImageNames } from "./image-names.ts";
import { version } from "./version.ts";

/** One JSON document on stdout. */
export function jsonText(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** What `generate --json` and `reproduce --json` tell about a run. */
export function generationReport(
  generation: Generation,
  { images, sheet }: ImageNames,
  model: string,
) {
  const { settings, warnings, fallbacks, backend, provider, seconds, imageSize, enlarge, sha256 } =
    generation;
  return {
    files: images.map((path, k) => ({ path, seed: seedOf(generation, k) })),
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
