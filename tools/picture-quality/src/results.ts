import type { JudgeDescription, Score } from "./judge-files.ts";
import { type RealPart, realParts } from "./real-parts.ts";
import { noScore, type PromptVerdict, type Shares, sharesOf, sumOf } from "./scores.ts";

/** What `--json` prints. */
export interface QualityResults {
  /** The model, or the folder whose images were judged. */
  readonly model: string;
  readonly seeds: number;
  /** By the setting's name. */
  readonly settings: Readonly<Record<string, Shares>>;
  /** The same judge on real images of the same things. */
  readonly ceiling: Ceiling;
  /** Of the first setting, the worst first. */
  readonly worst: readonly WorstPrompt[];
}

/** Of what the judge has learnt; of other images in the same styles; of another style. */
export interface Ceiling extends Shares {
  readonly heldOut: Shares;
  readonly leftOut: Shares;
}

export interface WorstPrompt {
  readonly prompt: string;
  readonly thing: string;
  readonly top1: number;
  /** What it is taken for most often. */
  readonly takenFor: string;
}

/** Prompts that are named. */
const worstCount = 15;

/** Each thing counts as often as prompts ask for it. */
export function ceilingOf(
  { byThing }: Pick<JudgeDescription, "byThing">,
  asked: readonly string[],
): Ceiling {
  const [trained, heldOut, leftOut] = realParts.map((part: RealPart) =>
    meanShares(asked.map((thing) => byThing[thing]?.[part] ?? noScore)),
  ) as [Shares, Shares, Shares]; // one a part
  return { ...trained, heldOut, leftOut };
}

/** The mean over things that have images, however many each has. */
function meanShares(scores: readonly Score[]): Shares {
  const counted = scores.filter(({ images }) => images > 0);
  const shares = counted.map(sharesOf);
  const mean = (name: "top1" | "top5") =>
    shares.reduce((sum, share) => sum + share[name], 0) / Math.max(1, shares.length);
  return { top1: mean("top1"), top5: mean("top5"), images: sumOf(counted).images };
}

export function settingShares(verdicts: readonly PromptVerdict[]): Shares {
  return sharesOf(sumOf(verdicts.map(({ score }) => score)));
}

/** The prompts whose images are told least often. */
export function worstOf(verdicts: readonly PromptVerdict[]): WorstPrompt[] {
  return verdicts
    .flatMap(({ prompt, thing, score, seen }) => {
      if (thing === null) return [];
      const wrong = seen.filter((name) => name !== thing);
      return { prompt, thing, top1: sharesOf(score).top1, takenFor: mostFrequent(wrong) };
    })
    .sort((a, b) => a.top1 - b.top1)
    .slice(0, worstCount);
}

function mostFrequent(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? "";
}
