import { stat } from "node:fs/promises";
import { DisposedError, InvalidArgumentError } from "@glissade/core";
import { ArenaStoreError } from "./arena-errors.ts";
import { prepareSchema } from "./arena-schema.ts";
import type { PairCounts } from "./elo.ts";
import { type Outcome, outcomes } from "./page/messages.ts";
import {
  openSqlite,
  type SqliteDatabase,
  type SqliteStatement,
  type SqliteValue,
  storeError,
} from "./sqlite.ts";
import { SqliteRow } from "./sqlite-row.ts";

/** One judgement of one pair. */
export interface Vote {
  /** A random UUID of the pair as it was shown: sent twice, it counts once. */
  readonly id: string;
  /** E.g. `"photorealism"`. */
  readonly question: string;
  /** A random name of the browser. */
  readonly rater: string;
  /** What the rater calls himself; empty where he does not. */
  readonly raterName: string;
  /** The file name that both images have. */
  readonly image: string;
  /** Contestants. */
  readonly left: string;
  readonly right: string;
  readonly outcome: Outcome;
}

export interface StoredVote extends Vote {
  /** When it was stored, as ISO 8601 in UTC. */
  readonly time: string;
  /** When it was taken back; null for votes that count. */
  readonly undone: string | null;
}

/** A vote as it is stored now. */
export interface Recorded {
  readonly vote: StoredVote;
  /** Whether this call has changed something; false where it was said before. */
  readonly isNew: boolean;
}

/** How many standing votes one pair of images has. */
export interface MatchCount {
  readonly question: string;
  readonly image: string;
  readonly contestants: readonly [string, string];
  readonly votes: number;
}

/** A file of votes. What a method has returned from is on the disk, and survives a crash. */
export interface ArenaStore {
  readonly path: string;
  /** Random, of this file. */
  readonly id: string;
  /** A random key of this file, for names that nobody can guess: 32 bytes as base64url. */
  readonly key: string;
  /**
   * Stores a vote. One whose id is there already changes nothing and gets the same answer.
   *
   * @throws ArenaStoreError where the file is locked or cannot be written. @throws
   * InvalidArgumentError where another rater has that id
   */
  recordVote(vote: Vote): Recorded;
  /**
   * Takes a rater's vote back, by a further record. Again is the same.
   *
   * @throws InvalidArgumentError where that rater has no such vote; ArenaStoreError as above
   */
  undoVote(rater: string, id: string): Recorded;
  /** The rater's last vote that counts. */
  lastVote(rater: string): StoredVote | undefined;
  /** The rater's votes on a question that count. */
  votesOf(rater: string, question: string): readonly StoredVote[];
  /** All that have ever had a vote, by number. */
  contestants(): readonly string[];
  /** Questions that have votes that count, with how many votes and raters. */
  questions(): readonly {
    readonly question: string;
    readonly votes: number;
    readonly raters: number;
  }[];
  /**
   * Votes on a question that count, by pair of contestants; numbers are places in `contestants()`.
   */
  pairCounts(question: string): readonly PairCounts[];
  matchCounts(): readonly MatchCount[];
  /** Every vote in the order in which it came, also those taken back. */
  votes(): readonly StoredVote[];
  /** Writes everything into the one file and closes it. Safe to call twice. */
  dispose(): void;
}

export interface OpenArenaStoreOptions {
  /** Whether to make a file that is not there. Default: true. */
  readonly create?: boolean;
  /**
   * Milliseconds to wait for another process that is writing. Nothing else runs meanwhile. Default:
   * 1,000.
   */
  readonly timeout?: number;
}

/**
 * Opens a file of votes: SQLite, by Node itself from 22.13 on, else by `@photostructure/sqlite`.
 * Several processes can have it open.
 *
 * @throws ArenaStoreError where it cannot be opened, is no database, or another program's; nothing
 * is changed in it then
 * @example `const store = await openArenaStore("arena.sqlite");`
 */
export async function openArenaStore(
  path: string,
  { create = true, timeout = 1000 }: OpenArenaStoreOptions = {},
): Promise<ArenaStore> {
  if (path === "")
    throw new InvalidArgumentError({
      argument: "path",
      received: path,
      expected: "the path of a file",
    }); // SQLite would take a nameless temporary one
  if (!create && !(await exists(path)))
    throw new ArenaStoreError(
      "missing",
      `There is no database ${path}. Give the file that an arena has written.`,
    );
  try {
    const database = await openSqlite(path, timeout);
    try {
      prepareSchema(database, path);
      return new SqliteArenaStore(path, database);
    } catch (error) {
      database.close();
      throw error;
    }
  } catch (error) {
    throw storeError(path, error);
  }
}

const voteColumns = `votes.sequence, id, question, rater, rater_name, image, lefts.name AS left_name, rights.name AS right_name, outcome, votes.time AS time,
  undos.time AS undone`;
const voteTables = `votes JOIN contestants AS lefts ON lefts.number = left_side JOIN contestants AS rights ON rights.number = right_side
  LEFT JOIN undos ON undos.vote = votes.sequence`;

class SqliteArenaStore implements ArenaStore {
  readonly path: string;
  readonly id: string;
  readonly key: string;
  readonly #database: SqliteDatabase;
  readonly #statements = new Map<string, SqliteStatement>();
  #isOpen = true;

  constructor(path: string, database: SqliteDatabase) {
    this.path = path;
    this.#database = database;
    const value = (name: string) =>
      new SqliteRow(database.prepare("SELECT value FROM arena WHERE name = ?").get(name)).text(
        "value",
      );
    this.id = value("id");
    this.key = value("key");
  }

  recordVote({ id, question, rater, raterName, image, left, right, outcome }: Vote): Recorded {
    if (left === right)
      throw new InvalidArgumentError({
        argument: "right",
        received: right,
        expected: "another contestant than left",
      });
    this.#changes(
      "INSERT INTO contestants (name) VALUES (?), (?) ON CONFLICT DO NOTHING",
      left,
      right,
    );
    const isNew = this.#changes(
      `INSERT INTO votes (id, question, rater, rater_name, image, left_side, right_side, outcome, time)
       VALUES (?, ?, ?, ?, ?, (SELECT number FROM contestants WHERE name = ?), (SELECT number FROM contestants WHERE name = ?), ?, ?) ON CONFLICT (id) DO NOTHING`,
      ...[id, question, rater, raterName, image, left, right, outcome, new Date().toISOString()],
    );
    return { vote: this.#ownVote(rater, id), isNew };
  }

  undoVote(rater: string, id: string): Recorded {
    this.#ownVote(rater, id);
    const isNew = this.#changes(
      "INSERT OR IGNORE INTO undos (vote, time) SELECT sequence, ? FROM votes WHERE id = ?",
      new Date().toISOString(),
      id,
    );
    return { vote: this.#ownVote(rater, id), isNew };
  }

  lastVote(rater: string): StoredVote | undefined {
    const [last] = this.#votes(
      "WHERE rater = ? AND undos.vote IS NULL ORDER BY votes.sequence DESC LIMIT 1",
      rater,
    );
    return last;
  }

  votesOf(rater: string, question: string): readonly StoredVote[] {
    return this.#votes("WHERE rater = ? AND question = ? AND undos.vote IS NULL", rater, question);
  }

  contestants(): readonly string[] {
    return this.#rows("SELECT name FROM contestants ORDER BY number").map((row) =>
      row.text("name"),
    );
  }

  questions() {
    return this.#rows(
      "SELECT question, count(*) AS votes, count(DISTINCT rater) AS raters FROM standing GROUP BY question ORDER BY question",
    ).map((row) => ({
      question: row.text("question"),
      votes: row.integer("votes"),
      raters: row.integer("raters"),
    }));
  }

  pairCounts(question: string): readonly PairCounts[] {
    const places = new Map(
      this.#rows("SELECT number FROM contestants ORDER BY number").map((row, place) => [
        row.integer("number"),
        place,
      ]),
    );
    const place = (number: number) => places.get(number) ?? -1;
    return this.#rows(
      `SELECT first, second, sum(winner IS 'first') AS wins, sum(winner IS 'second') AS losses, sum(winner IS NULL) AS ties
       FROM standing WHERE question = ? GROUP BY first, second`,
      question,
    ).map((row) => ({
      first: place(row.integer("first")),
      second: place(row.integer("second")),
      wins: row.integer("wins"),
      losses: row.integer("losses"),
      ties: row.integer("ties"),
    }));
  }

  matchCounts(): readonly MatchCount[] {
    return this.#rows(
      `SELECT question, image, firsts.name AS first_name, seconds.name AS second_name, count(*) AS votes
       FROM standing JOIN contestants AS firsts ON firsts.number = first JOIN contestants AS seconds ON seconds.number = second
       GROUP BY question, image, first, second`,
    ).map((row) => ({
      question: row.text("question"),
      image: row.text("image"),
      contestants: [row.text("first_name"), row.text("second_name")],
      votes: row.integer("votes"),
    }));
  }

  votes(): readonly StoredVote[] {
    return this.#votes("ORDER BY votes.sequence");
  }

  dispose(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#statements.clear();
    try {
      // The second takes the log away, which closing alone leaves to the garbage collector in the
      // package: statements cannot be finalised there.
      this.#database.exec(
        "PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE;",
      );
    } catch {
      // where others have the file open, votes stay in the log beside it, which whoever opens it
      // next reads too
    } finally {
      this.#database.close();
    }
  }

  #ownVote(rater: string, id: string): StoredVote {
    const [vote] = this.#votes("WHERE id = ?", id);
    if (vote?.rater === rater) return vote;
    throw new InvalidArgumentError({
      argument: "id",
      received: id,
      expected: "the id of a vote of this rater",
    });
  }

  #votes(condition: string, ...values: readonly SqliteValue[]): readonly StoredVote[] {
    return this.#rows(`SELECT ${voteColumns} FROM ${voteTables} ${condition}`, ...values).map(
      (row) => ({
        id: row.text("id"),
        question: row.text("question"),
        rater: row.text("rater"),
        raterName: row.text("rater_name"),
        image: row.text("image"),
        left: row.text("left_name"),
        right: row.text("right_name"),
        outcome: asOutcome(row.text("outcome")),
        time: row.text("time"),
        undone: row.optionalText("undone"),
      }),
    );
  }

  #rows(sql: string, ...values: readonly SqliteValue[]): readonly SqliteRow[] {
    return this.#guarded(() =>
      this.#statement(sql)
        .all(...values)
        .map((row) => new SqliteRow(row)),
    );
  }

  /**
   * Whether a statement changes anything. Each is a transaction of its own, committed when this
   * returns.
   */
  #changes(sql: string, ...values: readonly SqliteValue[]): boolean {
    return this.#guarded(() => Number(this.#statement(sql).run(...values).changes) > 0);
  }

  #guarded<T>(action: () => T): T {
    if (!this.#isOpen) throw new DisposedError("This database of votes");
    try {
      return action();
    } catch (error) {
      throw storeError(this.path, error);
    }
  }

  #statement(sql: string): SqliteStatement {
    const known = this.#statements.get(sql);
    if (known) return known;
    const prepared = this.#database.prepare(sql);
    this.#statements.set(sql, prepared);
    return prepared;
  }
}

function asOutcome(text: string): Outcome {
  const outcome = outcomes.find((candidate) => candidate === text);
  if (outcome === undefined)
    throw new ArenaStoreError(
      "foreign",
      `The database of votes is not as glissade writes it: there is no outcome ${JSON.stringify(text)}.`,
    );
  return outcome;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
