import type { ArenaStore, StoredVote } from "./arena-store.ts";
import type { RankingOptions } from "./ranking.ts";
import { arenaResults } from "./results.ts";

const columns = [
  "id",
  "question",
  "rater",
  "raterName",
  "image",
  "left",
  "right",
  "outcome",
  "time",
  "undone",
] as const satisfies readonly (keyof StoredVote)[];

/** Every vote, also those taken back (`undone` says when), and the results as one JSON document. */
export function votesAsJson(store: ArenaStore, options: RankingOptions = {}): string {
  const document = {
    format: "glissade-arena",
    version: 1,
    contestants: store.contestants(),
    results: arenaResults(store, options),
    votes: store.votes(),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/**
 * Every vote as a row, after RFC 4180. A text that a spreadsheet would take for a formula gets an
 * apostrophe before it.
 */
export function votesAsCsv(store: ArenaStore): string {
  const rows = [
    columns,
    ...store.votes().map((vote) => columns.map((column) => vote[column] ?? "")),
  ];
  return rows.map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

function field(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
