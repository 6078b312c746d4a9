import { HttpError } from "./http-guard.ts";
import {
  outcomes,
  type PairsRequest,
  type TokenPair,
  type UndoRequest,
  type VoteRequest,
} from "./page/messages.ts";

/** What pages send, read from JSON that may come from anyone. */
type Body = Readonly<Record<string, unknown>>;

const mostHeld = 300;
const mostDealt = 8;
const longestName = 80;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * A page may stay open while another arena is started at its address. What it sends is not for that
 * one; the page keeps it until its own is back.
 *
 * @throws HttpError
 */
export function assertArena({ arena }: Body, id: string): void {
  if (arena !== id) throw new HttpError(421, "Another arena is running at this address.");
}

/** @throws HttpError */
export function readPairsRequest({ rater, count, held }: Body): PairsRequest {
  if (typeof count !== "number" || !Number.isInteger(count) || count < 1 || count > mostDealt)
    throw refused("count", `a whole number from 1 to ${mostDealt}`);
  if (!Array.isArray(held) || held.length > mostHeld)
    throw refused("held", `a list of at most ${mostHeld} pairs`);
  return { rater: readUuid("rater", rater), count, held: held.map(readPair) };
}

/** @throws HttpError */
export function readVoteRequest({ id, rater, raterName, pair, outcome }: Body): VoteRequest {
  const known = outcomes.find((candidate) => candidate === outcome);
  if (known === undefined) throw refused("outcome", outcomes.join(", "));
  if (typeof raterName !== "string" || raterName.length > longestName)
    throw refused("raterName", `a text of at most ${longestName} characters`);
  return {
    id: readUuid("id", id),
    rater: readUuid("rater", rater),
    raterName: raterName.replace(/\p{Cc}/gu, " ").trim(),
    pair: readPair(pair),
    outcome: known,
  };
}

/** @throws HttpError */
export function readUndoRequest({ rater, vote }: Body): UndoRequest {
  return { rater: readUuid("rater", rater), vote: readUuid("vote", vote) };
}

function readPair(value: unknown): TokenPair {
  const { question, left, right }: Body =
    typeof value === "object" && value !== null ? { ...value } : {};
  const isName = (name: unknown): name is string => typeof name === "string" && name.length <= 64;
  if (!isName(question) || !isName(left) || !isName(right))
    throw refused("pair", "a question and two images");
  return { question, left, right };
}

function readUuid(field: string, value: unknown): string {
  if (typeof value !== "string" || !uuid.test(value)) throw refused(field, "a UUID in lower case");
  return value;
}

function refused(field: string, expected: string): HttpError {
  return new HttpError(400, `${field} is wrong; expected ${expected}.`);
}
