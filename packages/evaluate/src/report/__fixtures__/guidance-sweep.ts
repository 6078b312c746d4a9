import { type RgbImage, rgbImage } from "@glissade/core";
import type { FeatureNetworkCard } from "../../features/feature-network.ts";
import type { Metrics } from "../../metrics/metric-registry.ts";
import type { GuidanceStrategy, MeasuredSetting, SweepResults } from "../../sweep/sweep-results.ts";

type Measured = readonly [GuidanceStrategy, scale: number, fid: number, inceptionScore: number, precision: number, recall: number, clipScore: number];

/**
 * Numbers as a sweep of a small model has them: guidance trades recall for precision, a forgotten
 * caption lies far off, and CLIP guidance pleases CLIP.
 */
const byInception: readonly Measured[] = [
  ["cfg", 0, 96.4, 4.1, 0.41, 0.38, 18.2],
  ["cfg", 1, 21.7, 11.9, 0.58, 0.55, 25.1],
  ["cfg", 1.5, 15.2, 15.3, 0.66, 0.53, 27.4],
  ["cfg", 3, 18.9, 19.8, 0.77, 0.44, 29.6],
  ["cfg", 6, 25.3, 21.2, 0.81, 0.31, 30.2],
  ["clip", 0, 21.7, 11.9, 0.58, 0.55, 25.1],
  ["clip", 1, 20.1, 13.1, 0.61, 0.51, 29.9],
  ["clip", 2, 21.8, 14.6, 0.65, 0.44, 33.2],
  ["clip", 4, 28.4, 15.9, 0.67, 0.33, 36.8],
  ["clip", 8, 41.2, 15.1, 0.62, 0.21, 39.5],
];

/**
 * The same of CLIP's embeddings, which have length 1: small distances, and points close together.
 */
const byClip: readonly Measured[] = [
  ["cfg", 1, 0.0714, 9.8, 0.612, 0.874, 26.1],
  ["cfg", 1.5, 0.0418, 12.7, 0.733, 0.861, 28.2],
  ["cfg", 2, 0.0331, 14.4, 0.794, 0.832, 29.1],
  ["cfg", 3, 0.0296, 16.1, 0.848, 0.774, 30.0],
  ["cfg", 5, 0.0372, 17.2, 0.871, 0.683, 30.6],
  ["clip", 0, 0.0714, 9.8, 0.612, 0.874, 26.1],
  ["clip", 1, 0.0689, 10.1, 0.618, 0.869, 27.0],
  ["clip", 2, 0.0671, 10.4, 0.631, 0.858, 27.9],
  ["clip", 4, 0.0702, 10.9, 0.644, 0.822, 29.4],
  ["clip", 8, 0.0956, 11.2, 0.627, 0.741, 31.8],
  ["clip", 16, 0.1873, 10.3, 0.604, 0.618, 33.9],
];

const networks = {
  inception: { name: "inception-v3-fid", sha256: "c0".repeat(32), resize: "clean", dimensions: 2048, spatialDimensions: 2023, classes: 1008 },
  clip: { name: "clip-image-embedding", sha256: "c1".repeat(32), resize: "clip", dimensions: 256, classes: 300 },
} satisfies Record<string, FeatureNetworkCard>;

/** Two strategies, five scales each, measured by Inception. */
export function guidanceSweep(): SweepResults {
  return sweepOf(byInception, networks.inception);
}

/**
 * Classifier-free guidance at five scales and CLIP guidance at six, measured by CLIP; both
 * strategies begin at the same unguided images.
 */
export function guidanceSweepByClip(): SweepResults {
  return sweepOf(byClip, networks.clip);
}

function sweepOf(measured: readonly Measured[], features: FeatureNetworkCard): SweepResults {
  return {
    format: 1,
    model: { name: "glissade-emoji", sha256: "5f".repeat(32) },
    captions: { name: "held-out-captions.txt", count: 512, sha256: "a3".repeat(32) },
    samples: 2048,
    seed: 7,
    backend: { name: "onnx", provider: "cpu" },
    settings: measured.map(([strategy, scale, fid, inceptionScore, precision, recall, clipScore]) => ({
      strategy, scale, sampler: "ddim", steps: 50, secondsPerImage: strategy === "clip" ? 1.31 : 0.72,
      metrics: {
        fid, ...(features.spatialDimensions && { sfid: fid * 1.7 }), kid: { mean: fid / 2000, deviation: fid / 30_000 }, inceptionScore,
        precision, recall, density: precision * 1.2, coverage: recall * 1.1, diversity: 14 + recall,
        clipScore, rPrecision: { precision: clipScore / 50, distractors: 99, chance: 0.01 },
      },
      card: {
        features,
        reference: { name: "emoji-validation", count: 2048, sha256: "9e".repeat(32) },
        samples: { name: `${strategy} ${scale}`, count: 2048, sha256: "17".repeat(32) },
        seed: 0, neighbours: { manifold: 3, density: 5 }, notes: ["2048 samples are few: distances are biased upwards, and compare at this count alone."],
      },
    })),
  };
}

/** The sweep with each of its settings changed. */
export function withSettings(results: SweepResults, change: (setting: MeasuredSetting) => MeasuredSetting): SweepResults {
  return { ...results, settings: results.settings.map(change) };
}

/** The sweep with other metrics for each setting. */
export function withMetrics(results: SweepResults, metricsOf: (setting: MeasuredSetting) => Metrics): SweepResults {
  return withSettings(results, (setting) => ({ ...setting, metrics: metricsOf(setting) }));
}

/** Sample images for each setting: a disc on a ground, more colourful with the scale. */
export function sampleImages({ settings }: SweepResults, captions: readonly string[], side = 32): { image: RgbImage; caption: string }[][] {
  return settings.map(({ scale }) => captions.map((caption, index) => ({ image: disc(side, index, scale), caption })));
}

function disc(side: number, index: number, scale: number): RgbImage {
  const image = rgbImage(side, side);
  for (let pixel = 0; pixel < side * side; pixel++) {
    const [x, y] = [(pixel % side) - side / 2, Math.floor(pixel / side) - side / 2];
    const strength = Math.min(1, 0.25 + scale / 6);
    const color = Math.hypot(x, y) < side / (2.6 + (index % 3) * 0.4) ? [220, 60 + index * 40, 60] : [120, 160, 230 - index * 20];
    image.data.set(
      color.map((level) => Math.round(150 + (level - 150) * strength)),
      pixel * 3,
    );
  }
  return image;
}
