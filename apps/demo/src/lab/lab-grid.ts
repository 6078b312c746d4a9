import type { GenerateOptions } from "@glissade/core";

/** How a row's images are led to the prompt. */
export const guidanceKinds = ["none", "classifier-free", "clip", "both"] as const;
export type GuidanceKind = (typeof guidanceKinds)[number];

export const guidanceNames: Readonly<Record<GuidanceKind, string>> = {
  none: "No guidance",
  "classifier-free": "Classifier-free",
  clip: "CLIP",
  both: "Both",
};

/** What all cells of a grid have in common. */
export interface LabRequest {
  readonly prompt: string;
  readonly seed: number;
  /** Enlarge every image: takes longer. */
  readonly upscale: boolean;
}

export interface LabCell {
  readonly key: string;
  readonly kind: GuidanceKind;
  /** Undefined where there is no guidance: it is the same at all scales. */
  readonly scale: number | undefined;
}

export interface LabRow {
  readonly kind: GuidanceKind;
  /** One for every scale; a single one without guidance. */
  readonly cells: readonly LabCell[];
}

/** The grid for these scales, from the top. */
export function labRows(scales: readonly number[]): readonly LabRow[] {
  return guidanceKinds.map((kind) => ({
    kind,
    cells:
      kind === "none"
        ? [{ key: kind, kind, scale: undefined }]
        : scales.map((scale) => ({ key: `${kind} ${scale}`, kind, scale })),
  }));
}

/** What makes a cell's image. All of a grid begin with the same noise. */
export function cellOptions(
  { kind, scale = 1 }: LabCell,
  { prompt, seed, upscale }: LabRequest,
): GenerateOptions {
  const guidance = kind === "classifier-free" || kind === "both" ? scale : 1;
  const clipGuidance = kind === "clip" || kind === "both" ? scale : 0;
  return { prompt, seed, guidance, clipGuidance, upscale };
}

export function cellName({ kind, scale }: LabCell): string {
  return scale === undefined ? guidanceNames[kind] : `${guidanceNames[kind]}, scale ${scale}`;
}
