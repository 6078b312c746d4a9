import { randomBytes } from "node:crypto";
import { ArenaStoreError } from "./arena-errors.ts";
import type { SqliteDatabase } from "./sqlite.ts";
import { SqliteRow } from "./sqlite-row.ts";

/** Marks a file as the arena's among SQLite files: "GlAr". */
const applicationId = 0x476c4172;

const schemaVersion = 1;

/**
 * Votes are only ever added. One that was taken back stays, with a row in `undos`; `standing` are
 * those that count. A side is a contestant's number, and the pair of contestants is first < second.
 */
const schema = `
CREATE TABLE arena (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE contestants (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE votes (
  sequence INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  question TEXT NOT NULL,
  rater TEXT NOT NULL,
  rater_name TEXT NOT NULL,
  image TEXT NOT NULL,
  left_side INTEGER NOT NULL REFERENCES contestants (number),
  right_side INTEGER NOT NULL REFERENCES contestants (number),
  outcome TEXT NOT NULL CHECK (outcome IN ('left', 'right', 'tie')),
  time TEXT NOT NULL,
  CHECK (left_side <> right_side)
) STRICT;
CREATE INDEX votes_of_rater ON votes (rater, question);
CREATE TABLE undos (vote INTEGER PRIMARY KEY REFERENCES votes (sequence), time TEXT NOT NULL) STRICT;
CREATE VIEW standing AS
  SELECT sequence, id, question, rater, rater_name, image, left_side, right_side, outcome,
    min(left_side, right_side) AS first, max(left_side, right_side) AS second,
    CASE WHEN outcome = 'tie' THEN NULL WHEN (outcome = 'left') = (left_side < right_side) THEN 'first' ELSE 'second' END AS winner
  FROM votes WHERE sequence NOT IN (SELECT vote FROM undos);
PRAGMA application_id = ${applicationId};
PRAGMA user_version = ${schemaVersion};
`;

/**
 * Makes sure that a database is the arena's, and makes an empty one so. A foreign one is left as it
 * is.
 *
 * @throws ArenaStoreError where it is not, or a later version's
 */
export function prepareSchema(database: SqliteDatabase, path: string): void {
  const { application, version, tables } = identify(database);
  if (application === 0 && version === 0 && tables === 0) createSchema(database);
  else assertOwn(path, application, version);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
}

function assertOwn(path: string, application: number, version: number): void {
  if (application !== applicationId)
    throw new ArenaStoreError(
      "foreign",
      `${path} is a database of another program. Give another file, or a name that does not exist yet.`,
    );
  if (version > schemaVersion)
    throw new ArenaStoreError(
      "newer",
      `${path} was written by a later version of glissade (schema ${version}; this one knows ${schemaVersion}). Update glissade.`,
    );
  if (version !== schemaVersion)
    throw new ArenaStoreError(
      "foreign",
      `${path} has a schema of version ${version}, which no glissade has written.`,
    );
}

function createSchema(database: SqliteDatabase): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    if (identify(database).tables === 0) {
      database.exec(schema);
      const set = database.prepare("INSERT INTO arena (name, value) VALUES (?, ?)");
      set.run("id", randomBytes(9).toString("base64url"));
      set.run("key", randomBytes(32).toString("base64url"));
    } // else another process was first
    database.exec("COMMIT");
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}

function identify(database: SqliteDatabase) {
  const number = (sql: string, column: string) =>
    new SqliteRow(database.prepare(sql).get()).integer(column);
  return {
    application: number("PRAGMA application_id", "application_id"),
    version: number("PRAGMA user_version", "user_version"),
    tables: number("SELECT count(*) AS tables FROM sqlite_schema", "tables"),
  };
}
