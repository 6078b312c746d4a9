import { augment } from "./augment.ts";
import type { Judge } from "./judge.ts";
import type { Confusion, JudgeDescription, Score } from "./judge-files.ts";
import { judgeSide } from "./judge-network.ts";
import { randomOf } from "./random.ts";
import { best, hitsOf } from "./ranking.ts";
import type { RealImages } from "./real-images.ts";
import { type RealPart, realParts } from "./real-parts.ts";
import { isDrawn, realRgb, rgbOf } from "./real-rgb.ts";
import { addHits, noScore } from "./scores.ts";
import { softened } from "./warp.ts";

/** Of the changes of the images that are measured changed: another one than training's. */
const augmentSeed = 12345;
/** A confusion that happens once is chance. */
const leastConfused = 2;

type Measured = Pick<JudgeDescription, "accuracy" | "byThing" | "confusions">;

/** How often the judge is right about real images. */
export async function measureJudge(judge: Judge, images: RealImages): Promise<Measured> {
  const { things } = judge.description;
  const accuracy: Record<RealPart | "augmented", Score> = {
    trained: noScore,
    heldOut: noScore,
    leftOut: noScore,
    augmented: noScore,
  };
  const byThing: Record<string, Partial<Record<RealPart, Score>>> = {};
  const confused = new Map<string, number>();
  for (const part of realParts) {
    const shown = images.all.filter((image) => image.part === part && isDrawn(image));
    const rows = await judge.judge(shown.map((image) => realRgb(images, image)));
    shown.forEach(({ thing }, k) => {
      const name = things[thing] ?? "";
      const scores = rows[k] ?? new Float32Array();
      const hits = hitsOf(scores, thing);
      accuracy[part] = addHits(accuracy[part], hits);
      const own = byThing[name] ?? {};
      byThing[name] = { ...own, [part]: addHits(own[part] ?? noScore, hits) };
      const pair = `${name}\t${things[best(scores)]}`;
      if (!hits.top1) confused.set(pair, (confused.get(pair) ?? 0) + 1);
    });
  }
  accuracy.augmented = await measureAugmented(judge, images);
  return { accuracy, byThing, confusions: confusionsIn(confused) };
}

async function measureAugmented(judge: Judge, images: RealImages): Promise<Score> {
  const shown = images.all.filter((image) => image.part === "trained" && isDrawn(image));
  const changed = shown.map((image, k) => {
    const planes = new Float32Array(3 * judgeSide * judgeSide);
    augment(softened(images.large(image)), randomOf(augmentSeed, k), judgeSide, planes);
    return rgbOf(planes.map((value) => (value + 1) / 2));
  });
  const rows = await judge.judge(changed);
  return shown.reduce(
    (score, { thing }, k) => addHits(score, hitsOf(rows[k] ?? [], thing)),
    noScore,
  );
}

function confusionsIn(counts: ReadonlyMap<string, number>): Confusion[] {
  return [...counts]
    .filter(([, images]) => images >= leastConfused)
    .map(([pair, images]) => {
      const [thing = "", takenFor = ""] = pair.split("\t");
      return { thing, takenFor, images };
    })
    .sort((a, b) => b.images - a.images);
}
