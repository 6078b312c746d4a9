export {
  ArenaServerError,
  ArenaStoreError,
  type ArenaStoreFault,
  ContestantsError,
} from "./arena-errors.ts";
export { type ArenaServerOptions, type RunningArena, startArena } from "./arena-server.ts";
export {
  type ArenaStore,
  type MatchCount,
  type OpenArenaStoreOptions,
  openArenaStore,
  type Recorded,
  type StoredVote,
  type Vote,
} from "./arena-store.ts";
export type { ContestantFolder } from "./contestants.ts";
export { type EloPart, type EloScores, eloScores, type PairCounts, winProbability } from "./elo.ts";
export { votesAsCsv, votesAsJson } from "./export-votes.ts";
export type { Outcome } from "./page/messages.ts";
export { type Question, questionNames, questions } from "./questions.ts";
export {
  type RankedContestant,
  type Ranking,
  type RankingNote,
  type RankingOptions,
  rankContestants,
} from "./ranking.ts";
export { arenaResults, type QuestionResults } from "./results.ts";
