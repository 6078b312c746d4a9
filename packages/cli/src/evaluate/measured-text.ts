import { type MeasuredSet, metricLines } from "@glissade/evaluate";

/** What was measured as text: what was compared, and a line for each metric. */
export function measuredText(set: MeasuredSet): string {
  const { features, reference, samples } = set.card;
  const { name, sha256, dimensions, resize } = features;
  const lines = [
    { title: "Reference", text: setText(reference) },
    { title: "Samples", text: setText(samples) },
    {
      title: "Features",
      text: `${name} (${sha256.slice(0, 12)}), ${dimensions} dimensions, resize ${resize}`,
    },
    ...metricLines(set),
  ];
  const width = Math.max(...lines.map(({ title }) => title.length)) + 2;
  return lines.map(({ title, text }) => `${title.padEnd(width)}${text}\n`).join("");
}

function setText({ name, count, sha256 }: MeasuredSet["card"]["samples"]): string {
  return `${name}, ${count} images (${sha256.slice(0, 12)})`;
}
