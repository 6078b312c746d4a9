import { InvalidArgumentError } from "@glissade/core";
import { ContestantsError } from "./arena-errors.ts";
import type { ArenaStore, StoredVote } from "./arena-store.ts";
import type { Contestants } from "./contestants.ts";
import { HttpError } from "./http-guard.ts";
import { imageTokens } from "./image-tokens.ts";
import type {
  PairsAnswer,
  PairsRequest,
  ShownPair,
  UndoAnswer,
  UndoRequest,
  VoteAnswer,
  VoteRequest,
} from "./page/messages.ts";
import { createPairing, type Pair } from "./pairing.ts";
import { type Question, questionNames, questions } from "./questions.ts";

/** What raters can do, without HTTP. Nothing that it gives away names a contestant or a file. */
export interface Arena {
  readonly total: number;
  pairs(request: PairsRequest): PairsAnswer;
  vote(request: VoteRequest): VoteAnswer;
  undo(request: UndoRequest): UndoAnswer;
  image(token: string): Promise<Uint8Array<ArrayBuffer>>;
}

export interface ArenaOptions {
  readonly contestants: Contestants;
  readonly store: ArenaStore;
  /** Default: all that can be asked; that about captions where every image has one. */
  readonly questions?: readonly Question[];
  readonly seed?: number;
}

/** @throws ContestantsError where captions are asked about and there are none */
export function createArena({
  contestants,
  store,
  questions: asked = questionsFor(contestants),
  seed = 0,
}: ArenaOptions): Arena {
  const pairing = createPairing({
    contestants: contestants.names,
    questions: new Map(asked.map((question) => [question, imagesFor(question, contestants)])),
    seed,
  });
  for (const { question, image, contestants: sides, votes } of store.matchCounts())
    pairing.count({ question, image, left: sides[0], right: sides[1] }, votes);
  const tokens = imageTokens(contestants, store.key);
  const captions = new Map(contestants.images.map(({ file, caption }) => [file, caption]));
  const isAsked = new Set<string>(asked);

  const shown = (pair: Pair): ShownPair => ({
    ...tokens.hide(pair),
    text: questions[pair.question as Question], // of a pair that is dealt here
    caption: pair.question === "caption" ? (captions.get(pair.image) ?? null) : null,
  });
  const judgedBy = (rater: string): StoredVote[] =>
    asked.flatMap((question) => store.votesOf(rater, question)).filter((vote) => pairing.has(vote));
  const judgedCount = (rater: string) =>
    new Set(
      judgedBy(rater).map(({ question, image, left, right }) =>
        JSON.stringify([question, image, ...[left, right].sort()]),
      ),
    ).size;

  return {
    total: pairing.total,
    pairs({ rater, count, held }) {
      const last = store.lastVote(rater);
      return {
        pairs: pairing
          .next({
            rater,
            count,
            judged: judgedBy(rater),
            held: held.flatMap((pair) => tokens.reveal(pair) ?? []),
          })
          .map(shown),
        judged: judgedCount(rater),
        total: pairing.total,
        last: last && pairing.has(last) ? { id: last.id, pair: shown(last) } : null,
      };
    },
    vote({ id, rater, raterName, pair, outcome }) {
      const revealed = isAsked.has(pair.question) ? tokens.reveal(pair) : undefined;
      if (!revealed || !pairing.has(revealed))
        throw new HttpError(410, "These images do not compete here any more.");
      const stored = owned(() => store.recordVote({ id, rater, raterName, ...revealed, outcome }));
      if (stored.isNew) pairing.count(revealed);
      return { id, outcome: stored.vote.outcome, judged: judgedCount(rater) };
    },
    undo({ rater, vote }) {
      const undone = owned(() => store.undoVote(rater, vote));
      if (undone.isNew) pairing.count(undone.vote, -1);
      return { vote, judged: judgedCount(rater) };
    },
    image(token) {
      const found = tokens.imageOf(token);
      if (!found) throw new HttpError(404, "There is no such image.");
      return contestants.read(found.contestant, found.file);
    },
  };
}

/** What a store refuses a rater for, in words that name nothing. */
function owned<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (InvalidArgumentError.isInstance(error))
      throw new HttpError(409, "There is no such vote of yours.");
    throw error;
  }
}

function questionsFor({ images }: Contestants): readonly Question[] {
  return questionNames.filter(
    (question) => question !== "caption" || images.every(({ caption }) => caption !== null),
  );
}

function imagesFor(question: Question, { images }: Contestants): readonly string[] {
  const asked = question === "caption" ? images.filter(({ caption }) => caption !== null) : images;
  if (asked.length === 0)
    throw new ContestantsError(
      "The images have no captions to ask about. Give a file of captions, put captions.json into the first folder, or ask about photorealism alone.",
    );
  return asked.map(({ file }) => file);
}
