/** What the pages and the server send to each other. */

export const outcomes = ["left", "right", "tie"] as const;
export type Outcome = (typeof outcomes)[number];

/** A pair as the page knows it: images by their tokens. */
export interface TokenPair {
  readonly question: string;
  readonly left: string;
  readonly right: string;
}

/** A pair as the page shows it. */
export interface ShownPair extends TokenPair {
  /** The question in words. */
  readonly text: string;
  /** Null if the question is not about it: raters of photorealism do not see it. */
  readonly caption: string | null;
}

/** Asks for pairs other than those that the page holds already. */
export interface PairsRequest {
  readonly rater: string;
  readonly count: number;
  readonly held: readonly TokenPair[];
}

export interface PairsAnswer {
  readonly pairs: readonly ShownPair[];
  readonly judged: number;
  readonly total: number;
  /** The rater's last vote, to take back; null if its images no longer compete. */
  readonly last: { readonly id: string; readonly pair: ShownPair } | null;
}

export interface VoteRequest {
  readonly id: string;
  readonly rater: string;
  readonly raterName: string;
  readonly pair: TokenPair;
  readonly outcome: Outcome;
}

export interface VoteAnswer {
  readonly id: string;
  readonly outcome: string;
  readonly judged: number;
}

export interface UndoRequest {
  readonly rater: string;
  readonly vote: string;
}

export interface UndoAnswer {
  readonly vote: string;
  readonly judged: number;
}

/** What the page of results shows of a contestant. */
export interface ContestantRow {
  readonly name: string;
  readonly score: number;
  readonly interval: readonly [low: number, high: number] | null;
  readonly wins: number;
  readonly losses: number;
  readonly ties: number;
}

/** What the page of results shows of a question. */
export interface QuestionSection {
  readonly text: string;
  readonly votes: number;
  readonly raters: number;
  readonly contestants: readonly ContestantRow[];
  /** [i][j]: the chance that i beats j; null if the two cannot be compared. */
  readonly winProbabilities: readonly (readonly (number | null)[])[];
  readonly notes: readonly { readonly message: string }[];
}

export interface ResultsAnswer {
  readonly questions: readonly QuestionSection[];
}
