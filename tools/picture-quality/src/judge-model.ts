import { type Backend, loadGlide, type ModelSource, type RgbImage } from "@glissade/core";
import type { SheetRow } from "./image-sheet.ts";
import type { Judge } from "./judge.ts";
import { knownThings } from "./known-things.ts";
import { answersTo, type JudgedPrompt } from "./prompt-list.ts";
import { ceilingOf, type QualityResults, settingShares, worstOf } from "./results.ts";
import { type SampleOptions, sampleImages } from "./sample-images.ts";
import { verdictOn } from "./scores.ts";
import { needsClip, type Setting } from "./settings.ts";

export interface JudgeModelOptions extends SampleOptions {
  /** What the model is called in the results. */
  readonly label: string;
  readonly backend: Backend;
  readonly judge: Judge;
  readonly prompts: readonly JudgedPrompt[];
  readonly settings: readonly Setting[];
  /** Is told what goes on, a line at a time. */
  readonly tell: (line: string) => void;
}

export interface JudgedModel {
  readonly results: QualityResults;
  /** Of the first setting. */
  readonly rows: readonly SheetRow[];
}

/** Samples every prompt in every setting, and counts how often the judge sees what was asked. */
export async function judgeModel(
  model: ModelSource,
  options: JudgeModelOptions,
): Promise<JudgedModel> {
  const { label, backend, judge, prompts, settings, seeds, signal, tell } = options;
  const answers = answersTo(prompts, knownThings(judge.description));
  const glide = await loadGlide(model, { backend, signal });
  try {
    const usable = settings.filter((setting) => {
      const isUsable = glide.networks.includes("clip") || !needsClip(setting);
      if (!isUsable) tell(`${setting.name} is left out: the model has no CLIP.`);
      return isUsable;
    });
    const rowsBySetting = new Map<string, SheetRow[]>();
    for (const setting of usable) {
      const rows: SheetRow[] = [];
      for (const [k, prompt] of prompts.entries()) {
        const images = await sampleImages(glide, prompt.prompt, setting, options);
        rows.push(await judgedRow(judge, prompt, answers[k], images, signal));
        tell(progress(setting, k + 1, rows));
      }
      rowsBySetting.set(setting.name, rows);
    }
    const rows = [...rowsBySetting.values()][0] ?? [];
    const shares = [...rowsBySetting].map(([name, own]) => [name, settingShares(verdicts(own))]);
    const asked = answers.flatMap((answer) => namesOf(judge, answer));
    const results: QualityResults = {
      model: label,
      seeds,
      settings: Object.fromEntries(shares),
      ceiling: ceilingOf(judge.description, asked),
      worst: worstOf(verdicts(rows)),
    };
    return { results, rows };
  } finally {
    await glide.dispose();
  }
}

/** A prompt's images with the judge's verdict on them. */
export async function judgedRow(
  judge: Judge,
  { prompt }: JudgedPrompt,
  answer: number | undefined,
  images: readonly RgbImage[],
  signal: AbortSignal,
): Promise<SheetRow> {
  const [thing = null] = namesOf(judge, answer);
  const scores = await judge.judge(images, signal);
  const verdict = verdictOn({ prompt, thing }, scores, answer, judge.description.things);
  return { verdict, images };
}

function namesOf({ description: { things } }: Judge, answer: number | undefined): string[] {
  return answer === undefined ? [] : things.slice(answer, answer + 1);
}

function verdicts(rows: readonly SheetRow[]) {
  return rows.map(({ verdict }) => verdict);
}

function progress({ name }: Setting, done: number, rows: readonly SheetRow[]): string {
  const { top1, images } = settingShares(verdicts(rows));
  return `${name}: ${done} prompts, ${images} images judged, top-1 ${top1.toFixed(3)}`;
}
