import { ArenaStoreError } from "./arena-errors.ts";

/** What the arena needs of `DatabaseSync`, which Node's own SQLite and the package share. */
export interface SqliteDatabase {
  exec(sql: string): void;
  prepare(sql: string): SqliteStatement;
  close(): void;
}

export type SqliteValue = string | number | null;

export interface SqliteStatement {
  run(...values: readonly SqliteValue[]): { readonly changes: number | bigint };
  get(...values: readonly SqliteValue[]): unknown;
  all(...values: readonly SqliteValue[]): readonly unknown[];
}

interface SqliteModule {
  readonly DatabaseSync: new (path: string) => SqliteDatabase;
}

/** Node's own from 22.13 on. In a variable: the types of Node 20 do not know it. */
const builtIn: string = "node:sqlite";

const sources: readonly (() => Promise<unknown>)[] = [
  () => import(builtIn),
  () => import("@photostructure/sqlite"),
];

/**
 * Opens a file with Node's own SQLite, or that of `@photostructure/sqlite` where Node has none.
 *
 * @param timeout how many milliseconds to wait for another process's lock
 * @throws ArenaStoreError where there is neither; SQLite's own errors
 */
export async function openSqlite(path: string, timeout: number): Promise<SqliteDatabase> {
  const { DatabaseSync } = await sqliteModule();
  const database = new DatabaseSync(path);
  // the constructor's option is younger than the rest of Node's SQLite
  database.exec(`PRAGMA busy_timeout = ${Math.trunc(timeout)}`);
  return database;
}

async function sqliteModule(): Promise<SqliteModule> {
  const failures: unknown[] = [];
  for (const load of sources) {
    const loaded = await load().catch((failure: unknown) => void failures.push(failure));
    if (hasSqlite(loaded)) return loaded;
  }
  throw new ArenaStoreError(
    "no-sqlite",
    `Node ${process.versions.node} has no SQLite of its own, and @photostructure/sqlite is not installed or does not load. Install it: npm install @photostructure/sqlite. Or use Node 22.13 or later.`,
    { cause: new AggregateError(failures) },
  );
}

function hasSqlite(loaded: unknown): loaded is SqliteModule {
  return (
    typeof loaded === "object" &&
    loaded !== null &&
    "DatabaseSync" in loaded &&
    typeof loaded.DatabaseSync === "function"
  );
}

const resultCodes = { busy: 5, locked: 6, notADatabase: 26 } as const;

/** SQLite's errors as `ArenaStoreError`s; others as they are. */
export function storeError(path: string, cause: unknown): unknown {
  const code = resultCodeOf(cause);
  if (code === undefined) return cause;
  if (code === resultCodes.busy || code === resultCodes.locked)
    return new ArenaStoreError(
      "locked",
      `${path} is locked: another process is writing to it. Try again when it has finished.`,
      { cause },
    );
  if (code === resultCodes.notADatabase)
    return new ArenaStoreError(
      "foreign",
      `${path} is no SQLite database. Give another file, or a name that does not exist yet.`,
      { cause },
    );
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ArenaStoreError(
    "unusable",
    `${path} cannot be used as a database: ${reason}. Check that the folder exists, is writable and has room.`,
    { cause },
  );
}

/** SQLite's primary result code: the low byte of the extended one. */
function resultCodeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number")
    return undefined;
  return error.errcode & 0xff;
}
