import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { onnx } from "@glissade/backend-onnx";
import { openImages } from "@glissade/evaluate";
import { expect, it } from "vitest";
import { openJudge } from "./judge.ts";
import { judgeFolder } from "./judge-files.ts";
import { knownThings } from "./known-things.ts";
import { hitsOf } from "./ranking.ts";
import { addHits, noScore, sharesOf } from "./scores.ts";

const { resolve } = createRequire(import.meta.url);
const evaluation = "@glissade/model-emoji/evaluation";

// A guard, not a measure: 0.68 when the judge was trained, many of them in the style left out.
it("names most of what the held-out images of the data show", async () => {
  const backend = onnx();
  const judge = await openJudge(backend, judgeFolder);
  const known = knownThings(judge.description);
  const captions: string[] = JSON.parse(
    await readFile(resolve(`${evaluation}/captions.json`), "utf8"),
  );
  // Emoji that are named by a thing's own name: not "an ambulance and a dog", not glyphs.
  const answers = captions.map((caption) => {
    const [name = "", style] = caption.split(", ");
    if (style === undefined || /silhouette|clip art/.test(caption)) return undefined;
    const number = known.numberIn(name);
    const isWhole = number !== undefined && name.endsWith(judge.description.things[number] ?? " ");
    return isWhole ? number : undefined;
  });
  let score = noScore;
  let position = 0;
  const pictures = await openImages(resolve(`${evaluation}/held-out.npz`));
  for await (const batch of pictures.batches()) {
    const rows = await judge.judge(batch);
    rows.forEach((row, k) => {
      const answer = answers[position + k];
      if (answer !== undefined) score = addHits(score, hitsOf(row, answer));
    });
    position += batch.length;
  }
  await judge.dispose();
  await backend.dispose();
  expect(score.images).toBeGreaterThan(50);
  expect(sharesOf(score).top1).toBeGreaterThan(0.6);
});
