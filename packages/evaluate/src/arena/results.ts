import type { ArenaStore } from "./arena-store.ts";
import { isQuestion, questionNames, questions } from "./questions.ts";
import { type Ranking, type RankingOptions, rankContestants } from "./ranking.ts";

export interface QuestionResults extends Ranking {
  readonly question: string;
  /** The question as raters read it. */
  readonly text: string;
  readonly raters: number;
}

/**
 * Ranks the contestants by the votes that count, question by question, in the order of
 * `questionNames`.
 *
 * @throws ArenaStoreError where the file cannot be read; InvalidArgumentError for options out of
 * range
 * @example `for (const { text, contestants } of arenaResults(store)) console.log(text,
 * contestants);`
 */
export function arenaResults(
  store: ArenaStore,
  options: RankingOptions = {},
): readonly QuestionResults[] {
  const names = store.contestants();
  const asked = [...store.questions()].sort((a, b) => placeOf(a.question) - placeOf(b.question));
  return asked.map(({ question, raters }) => ({
    question,
    text: isQuestion(question) ? questions[question] : question,
    raters,
    ...rankContestants(names, store.pairCounts(question), options),
  }));
}

/** A file may hold questions that this version does not ask; they come last. */
function placeOf(question: string): number {
  return isQuestion(question) ? questionNames.indexOf(question) : questionNames.length;
}
