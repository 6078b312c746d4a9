import { InvalidArgumentError } from "@glissade/core";
import { captionedImages } from "./folder-images.ts";
import type { SheetRow } from "./image-sheet.ts";
import type { Judge } from "./judge.ts";
import { type JudgedModel, judgedRow } from "./judge-model.ts";
import { knownThings } from "./known-things.ts";
import { ceilingOf, settingShares, worstOf } from "./results.ts";

export interface JudgeFolderOptions {
  readonly judge: Judge;
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
}

/** Judges images that lie in a folder with captions; those without a known thing are left out. */
export async function judgeFolder(
  folder: string,
  { judge, signal, tell }: JudgeFolderOptions,
): Promise<JudgedModel> {
  const known = knownThings(judge.description);
  const rows: SheetRow[] = [];
  const answers: string[] = [];
  for (const { file, caption, read } of await captionedImages(folder)) {
    signal.throwIfAborted();
    const answer = known.numberIn(caption);
    if (answer === undefined) {
      tell(`${file} is left out: its caption ${JSON.stringify(caption)} names no known thing.`);
      continue;
    }
    const thing = judge.description.things[answer] ?? null;
    answers.push(thing ?? "");
    rows.push(await judgedRow(judge, { prompt: caption, thing }, answer, [await read()], signal));
  }
  if (rows.length === 0)
    throw new InvalidArgumentError({
      argument: "--folder",
      received: folder,
      expected: "captions that name things which the judge knows",
    });
  const verdicts = rows.map(({ verdict }) => verdict);
  const results = {
    model: folder,
    seeds: 1,
    settings: { folder: settingShares(verdicts) },
    ceiling: ceilingOf(judge.description, answers),
    worst: worstOf(verdicts),
  };
  return { results, rows };
}
