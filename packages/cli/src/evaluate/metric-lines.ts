import type { MeasuredSet } from "@glissade/evaluate";

/** What was measured as lines of text. */
export function metricLines({ metrics, card }: MeasuredSet): string {
  const { kid, rPrecision } = metrics;
  const { features, reference, samples } = card;
  const lines: (readonly [string, string | number | undefined])[] = [
    [
      "reference",
      `${reference.name}, ${reference.count} pictures (${reference.sha256.slice(0, 12)})`,
    ],
    ["samples", `${samples.name}, ${samples.count} pictures (${samples.sha256.slice(0, 12)})`],
    [
      "features",
      `${features.name} (${features.sha256.slice(0, 12)}), ${features.dimensions} dimensions, resize ${features.resize}`,
    ],
    ["Fréchet distance", metrics.fid],
    ["… spatial", metrics.sfid],
    ["kernel distance", `${kid.mean} ± ${kid.deviation}`],
    ["Inception score", metrics.inceptionScore],
    ["precision", metrics.precision],
    ["recall", metrics.recall],
    ["density", metrics.density],
    ["coverage", metrics.coverage],
    ["CLIP score", metrics.clipScore],
    [
      "R-precision",
      rPrecision &&
        `${rPrecision.precision} among ${rPrecision.distractors} others (chance ${rPrecision.chance})`,
    ],
    ["variety", metrics.diversity],
  ];
  return lines
    .flatMap(([label, value]) => (value === undefined ? [] : [`${label.padEnd(18)}${value}\n`]))
    .join("");
}
