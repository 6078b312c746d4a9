import type { GuidanceStrategy, MeasuredSetting, Metrics, SweepResults } from "@glissade/evaluate";

/** What the paper says, and what a sweep says to it. */
export interface Finding {
  readonly paper: string;
  readonly here: string;
  /**
   * `"cannot be told"` where the difference is smaller than two standard errors of the sampling.
   */
  readonly verdict: "agrees" | "differs" | "cannot be told";
}

/**
 * The paper's findings on guidance (figure 6 and section 5.1), held against a sweep, in the paper's
 * order.
 */
export function findings(results: SweepResults): Finding[] {
  const [cfg, clip] = [curve(results, "cfg"), curve(results, "clip")];
  return [
    tradeOff("Classifier-free guidance", cfg, results.samples),
    tradeOff("CLIP guidance", clip, results.samples),
    lowestDistance(cfg),
    risingInceptionScore(cfg),
    pareto("precision and recall", cfg, clip, ({ precision, recall }) => [precision, recall]),
    pareto("Inception score and Fréchet distance", cfg, clip, ({ inceptionScore = 0, fid }) => [
      inceptionScore,
      -fid,
    ]),
    adversarialClipScore(cfg, clip),
  ].flatMap((finding) => finding ?? []);
}

/**
 * A strategy's settings from no guidance upwards; classifier-free guidance of scale 0 forgets the
 * caption and is left out.
 */
function curve({ settings }: SweepResults, strategy: GuidanceStrategy): readonly MeasuredSetting[] {
  const least = strategy === "cfg" ? 1 : 0;
  return settings
    .filter((setting) => setting.strategy === strategy && setting.scale >= least)
    .sort((a, b) => a.scale - b.scale);
}

function tradeOff(
  name: string,
  points: readonly MeasuredSetting[],
  samples: number,
): Finding | undefined {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || first === last) return undefined;
  const [a, b] = [first.metrics, last.metrics];
  const [up, down] = [b.precision - a.precision, a.recall - b.recall];
  const [upError, downError] = [
    standardError(a.precision, b.precision, samples),
    standardError(a.recall, b.recall, first.card.reference.count),
  ];
  const both = up > 2 * upError && down > 2 * downError;
  const contrary = up < -2 * upError || down < -2 * downError;
  return {
    paper: `${name} buys quality with variety: precision rises with its scale, and recall falls.`,
    here: `From scale ${first.scale} to ${last.scale} precision goes from ${percent(a.precision)} to ${percent(b.precision)} (standard error of the difference ${percent(upError)}), recall from ${percent(a.recall)} to ${percent(b.recall)} (${percent(downError)}).`,
    verdict: both ? "agrees" : contrary ? "differs" : "cannot be told",
  };
}

/** Of the difference of two shares, each of so many. */
function standardError(p: number, q: number, count: number): number {
  return Math.sqrt((p * (1 - p) + q * (1 - q)) / count);
}

function lowestDistance(points: readonly MeasuredSetting[]): Finding | undefined {
  const [first, last] = [points[0], points.at(-1)];
  const best = lowest(points, ({ metrics }) => metrics.fid);
  if (!first || !last || !best || first === last) return undefined;
  return {
    paper:
      "FID is best at a small scale of classifier-free guidance: the paper reports it at 1.5, and people prefer 3.",
    here: `The Fréchet distance is lowest at scale ${best.scale} (${best.metrics.fid.toFixed(4)}; ${first.metrics.fid.toFixed(4)} at ${first.scale}, ${last.metrics.fid.toFixed(4)} at ${last.scale}).`,
    verdict: best.scale <= 2 && last.metrics.fid > best.metrics.fid ? "agrees" : "differs",
  };
}

function risingInceptionScore(points: readonly MeasuredSetting[]): Finding | undefined {
  const scored = points.filter(({ metrics }) => metrics.inceptionScore !== undefined);
  const [first, best] = [
    scored[0],
    lowest(scored, ({ metrics }) => -(metrics.inceptionScore ?? 0)),
  ];
  if (!first || !best || scored.length < 2) return undefined;
  const [before, after] = [first.metrics.inceptionScore ?? 0, best.metrics.inceptionScore ?? 0];
  return {
    paper: "The Inception score rises with the scale where FID already falls behind.",
    here: `It is ${before.toFixed(2)} at scale ${first.scale} and highest, ${after.toFixed(2)}, at ${best.scale}.`,
    verdict: after < 1.01 * before ? "cannot be told" : best.scale > 2 ? "agrees" : "differs",
  };
}

/**
 * Points by which the curves must differ: one more or fewer is an accident of where the scales lie.
 */
const leastDifference = 2;

/**
 * Which of the curves lies outside: how many points of each are beaten in both measures by a point
 * of the other.
 */
function pareto(
  measures: string,
  cfg: readonly MeasuredSetting[],
  clip: readonly MeasuredSetting[],
  of: (metrics: Metrics) => readonly [number, number],
): Finding | undefined {
  const [ours, theirs] = [guided(cfg), guided(clip)];
  if (ours.length === 0 || theirs.length === 0) return undefined;
  const beaten = (points: readonly MeasuredSetting[], others: readonly MeasuredSetting[]) =>
    points.filter(({ metrics }) =>
      others.some((other) => of(other.metrics).every((value, i) => value > (of(metrics)[i] ?? 0))),
    ).length;
  const [cfgBeaten, clipBeaten] = [beaten(ours, theirs), beaten(theirs, ours)];
  const difference = clipBeaten - cfgBeaten;
  return {
    paper: `By ${measures} classifier-free guidance is nearly Pareto-optimal: CLIP guidance hardly ever has both better.`,
    here: `${cfgBeaten} of ${ours.length} guided points of classifier-free guidance are beaten in both by one of CLIP guidance; ${clipBeaten} of ${theirs.length} the other way round.`,
    verdict:
      Math.abs(difference) < leastDifference
        ? "cannot be told"
        : difference > 0
          ? "agrees"
          : "differs",
  };
}

function adversarialClipScore(
  cfg: readonly MeasuredSetting[],
  clip: readonly MeasuredSetting[],
): Finding | undefined {
  const [best, led] = [lowest(cfg, byClipScore), lowest(clip, byClipScore)];
  if (best?.metrics.clipScore === undefined || led?.metrics.clipScore === undefined)
    return undefined;
  return {
    paper:
      "By CLIP score CLIP guidance wins, and that says little: it optimises the judge. People prefer classifier-free guidance, in realism and in fitting the caption.",
    here: `The highest CLIP score is ${led.metrics.clipScore.toFixed(2)} with CLIP guidance of scale ${led.scale} and ${best.metrics.clipScore.toFixed(2)} with classifier-free guidance of scale ${best.scale}. People have not been asked here; glissade arena does that.`,
    verdict: led.metrics.clipScore > best.metrics.clipScore ? "agrees" : "differs",
  };
}

function byClipScore({ metrics }: MeasuredSetting): number {
  return -(metrics.clipScore ?? 0);
}

function guided(points: readonly MeasuredSetting[]): readonly MeasuredSetting[] {
  return points.filter(({ strategy, scale }) => scale > (strategy === "cfg" ? 1 : 0));
}

function lowest(
  points: readonly MeasuredSetting[],
  of: (setting: MeasuredSetting) => number,
): MeasuredSetting | undefined {
  return points.reduce<MeasuredSetting | undefined>(
    (best, setting) => (best === undefined || of(setting) < of(best) ? setting : best),
    undefined,
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
