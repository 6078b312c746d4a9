import { ArenaStoreError } from "./arena-errors.ts";

/** A row of a result, whose columns are checked as they are read: a file may come from anyone. */
export class SqliteRow {
  readonly #columns: Readonly<Record<string, unknown>>;

  constructor(row: unknown) {
    this.#columns = typeof row === "object" && row !== null ? { ...row } : {};
  }

  text(column: string): string {
    const value = this.#columns[column];
    if (typeof value !== "string") throw damaged(column);
    return value;
  }

  optionalText(column: string): string | null {
    return this.#columns[column] === null ? null : this.text(column);
  }

  integer(column: string): number {
    const value = this.#columns[column];
    if (typeof value !== "number" || !Number.isSafeInteger(value)) throw damaged(column);
    return value;
  }
}

function damaged(column: string): ArenaStoreError {
  return new ArenaStoreError(
    "foreign",
    `The database of votes is not as glissade writes it: there is no such ${column}.`,
  );
}
