import { type SweepResults, sweepMarkdown } from "@glissade/evaluate";
import { findings } from "./findings.ts";

/** The page of the study, as Markdown: all of it is made from the results. */
export function studyPage(results: SweepResults, { command, plots, samples }: StudyFiles): string {
  const [first] = results.settings;
  if (!first) throw new Error("The sweep has no setting.");
  const { features, reference, neighbours, notes } = first.card;
  const rows = findings(results).map(
    ({ paper, here, verdict }) => `| ${paper} | ${here} | ${verdict} |`,
  );
  return `${[
    "# Guidance: the paper's comparison, repeated",
    "GLIDE's contribution is a measured comparison of two ways to lead a diffusion model to its caption: the gradient of a noised CLIP, and classifier-free guidance. This page repeats its automated half (Nichol et al. 2021, arXiv 2112.10741, figure 6) on the embedded model, with captions and images that training has never seen. One command samples, measures, and writes this page:",
    `\`\`\`sh\n${command}\n\`\`\``,
    "## What the paper found, what is found here",
    ["| the paper | here | |", "| --- | --- | --- |", ...rows].join("\n"),
    "The embedded model draws emoji in 32 x 32 pixels after five hours of training on two cores. Where it agrees with a model of 3.5 billion parameters, the finding is one of guidance; where it does not, either may be the reason.",
    "## The plots",
    ...plots.map(({ title, path }) => `![${title}](${path})`),
    "Points are scales, joined in their order; the curves begin without guidance.",
    "## The numbers",
    sweepMarkdown(results).trim(),
    "## The images",
    `![Images of the same captions and seeds, a row a setting](${samples.path})`,
    `Each row is a setting, from the top: ${samples.rows.join("; ")}. Columns: ${samples.captions.map((caption) => `"${caption}"`).join(", ")}.`,
    "## How it is measured",
    [
      `- ${results.samples} images of each setting, of the captions in \`${results.captions.name}\` (SHA-256 ${results.captions.sha256.slice(0, 16)}) in their order, image k with the seed ${results.seed} + k, by ${results.settings[0]?.sampler} in ${results.settings[0]?.steps} steps at the base network's own size, on ${results.backend.name} (${results.backend.provider}).`,
      `- Reference: ${reference.count} images, \`${reference.name}\` (SHA-256 ${reference.sha256.slice(0, 16)}): those that the captions were written for, as the paper takes the validation set.`,
      `- Features: ${features.name} of ${results.model.name} (SHA-256 ${features.sha256.slice(0, 16)}), ${features.dimensions} dimensions, resize ${features.resize}; k = ${neighbours.manifold} for precision and recall, ${neighbours.density} for density and coverage.`,
      ...notes.map((note) => `- ${note}`),
      "- The CLIP that measures is the one that guides: CLIP guidance is judged by what it optimises, in every number here, most of all in CLIP score and R-precision. The paper measures with another CLIP and with Inception; `glissade evaluate sweep --features FILE` does so with the published Inception weights.",
    ].join("\n"),
  ].join("\n\n")}\n`;
}

export interface StudyFiles {
  /** As it is typed. */
  readonly command: string;
  /** Paths as the page names them. */
  readonly plots: readonly { readonly title: string; readonly path: string }[];
  readonly samples: {
    readonly path: string;
    readonly rows: readonly string[];
    readonly captions: readonly string[];
  };
}
