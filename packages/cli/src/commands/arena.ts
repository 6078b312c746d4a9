import { extname } from "node:path";
import { InvalidArgumentError } from "@glissade/core";
import { assertFileWritable, writeFileAtomically } from "@glissade/core/files";
import type { ArenaStore, ContestantFolder, QuestionResults } from "@glissade/evaluate/arena";
import { type Arguments, given, type OptionTable } from "../arguments.ts";
import { type Context, command } from "../command.ts";
import { UsageError } from "../errors.ts";
import { jsonText } from "../report.ts";

const defaultDatabase = "arena.sqlite";
/** The same each time: votes that a page could not send wait in the browser under this address. */
const defaultPort = 7878;

const options = {
  db: {
    value: "FILE",
    about: `The SQLite file that votes are kept in; made where it is not there. Default: ${defaultDatabase}, here.`,
  },
  port: { value: "N", about: `0 takes any that is free. Default: ${defaultPort}.` },
  host: {
    value: "HOST",
    about:
      "Default: 127.0.0.1, which no other machine reaches. 0.0.0.0 is open to the network, without encryption.",
  },
  question: {
    value: "NAME,...",
    about:
      "photorealism, caption, or both in turns. Default: both where every image has a caption, else photorealism.",
  },
  captions: {
    value: "FILE",
    about:
      "JSON: an array in the order of the first folder's images, or an object by file name. Default: captions.json in that folder, else the prompts in its images.",
  },
  seed: {
    short: "s",
    value: "N",
    about:
      "Of the pairs' order and sides, or with --results of the resampling, from 0 to 2^53 - 1. Default: 0.",
  },
  "show-results": { about: "Let raters see the results too. They would sway them." },
  results: { about: "Print the results so far and exit." },
  export: { value: "FILE", about: "Write every vote into a .json or .csv file and exit." },
  json: { about: "Print one JSON document: the addresses, or with --results the results." },
} as const satisfies OptionTable;

type ArenaArguments = Arguments<keyof typeof options>;

export const arena = command({
  name: "arena",
  about: "Lets people compare images, blind, and ranks what made them.",
  usage: "NAME=FOLDER NAME=FOLDER ...",
  least: 0,
  most: 64,
  hint: "Give at least two named folders of PNG files, such as plain=out/1 guided=out/3.",
  options,
  notes: [
    "Images of the same file name compete. The page shows two at a time and never tells which folder one is from; a vote is answered when it is on the disk. Runs until Ctrl-C.",
    "The scores are Elo points by maximum likelihood, as in GLIDE's appendix A.1, with bootstrap intervals. Who runs the arena sees them at an address with a key, which is printed to standard error; others see them with --show-results only.",
  ],
  examples: [
    "glissade arena plain=out/1 guided=out/3 --db votes.sqlite",
    "glissade arena a=out/a b=out/b c=out/c --question caption --captions prompts.json",
    "glissade arena --db votes.sqlite --results",
    "glissade arena --db votes.sqlite --export votes.csv",
  ],
  async run(args, context) {
    const isReading = args.has("results") || args.text("export") !== undefined;
    if (isReading) return readArena(args, context);
    return serveArena(args, context);
  },
});

async function serveArena(
  args: ArenaArguments,
  { stdout, stderr, signal }: Context,
): Promise<void> {
  const contestants = args.positionals.map(readContestant);
  if (contestants.length < 2)
    throw new UsageError(
      '"glissade arena" takes at least two named folders of images: glissade arena plain=out/1 guided=out/3. For an arena\'s results, --results.',
    );
  const { questionNames, startArena } = await import("@glissade/evaluate/arena");
  const running = await startArena({
    contestants,
    database: databaseOf(args),
    port: args.integer("port", 0, 65_535) ?? defaultPort,
    showResults: args.has("show-results"),
    signal,
    onError: (error) =>
      stderr.write(
        `warning: ${printable(error instanceof Error ? error.message : String(error))}\n`,
      ),
    ...given({
      host: args.nonEmpty("host"),
      questions: args.choices("question", "question", questionNames),
      captions: args.nonEmpty("captions"),
      seed: args.integer("seed", 0, Number.MAX_SAFE_INTEGER),
    }),
  });
  const { url, resultsUrl, pairs, warnings } = running;
  for (const warning of warnings) stderr.write(`warning: ${printable(warning)}\n`);
  stderr.write(`${pairs} pairs. Results, for you alone: ${resultsUrl}\n`);
  stdout.write(
    args.has("json")
      ? jsonText({ url, resultsUrl, pairs, database: databaseOf(args), warnings })
      : `${url}\n`,
  );
  await running.closed;
}

/** Results and exports, from the file alone: the arena may be running or not. */
async function readArena(args: ArenaArguments, context: Context): Promise<void> {
  if (args.positionals.length > 0)
    throw new UsageError(
      "--results and --export read the file of votes (--db) and take no folders.",
    );
  const file = exportFile(args);
  const { openArenaStore } = await import("@glissade/evaluate/arena");
  if (file) await assertFileWritable(file.path);
  const store = await openArenaStore(databaseOf(args), { create: false });
  try {
    if (file) await exportVotes(store, file, context);
    if (args.has("results")) await printResults(store, args, context);
  } finally {
    store.dispose();
  }
}

interface ExportFile {
  readonly path: string;
  readonly kind: ".json" | ".csv";
}

async function exportVotes(
  store: ArenaStore,
  { path, kind }: ExportFile,
  { stderr, signal }: Context,
): Promise<void> {
  const { votesAsCsv, votesAsJson } = await import("@glissade/evaluate/arena");
  const text = kind === ".csv" ? votesAsCsv(store) : votesAsJson(store);
  await writeFileAtomically(path, text, { signal });
  stderr.write(`Wrote ${path}.\n`);
}

async function printResults(
  store: ArenaStore,
  args: ArenaArguments,
  { stdout }: Context,
): Promise<void> {
  const { arenaResults } = await import("@glissade/evaluate/arena");
  const results = arenaResults(
    store,
    given({ seed: args.integer("seed", 0, Number.MAX_SAFE_INTEGER) }),
  );
  if (args.has("json")) return void stdout.write(jsonText({ questions: results }));
  stdout.write(
    results.length === 0 ? "There are no votes yet.\n" : results.map(resultsText).join("\n"),
  );
}

function resultsText({ text, votes, raters, contestants, notes }: QuestionResults): string {
  const rows = [...contestants]
    .sort((a, b) => b.score - a.score)
    .map(({ name, score, interval, wins, losses, ties }) => [
      printable(name),
      score.toFixed(1),
      interval ? `${interval[0].toFixed(1)} to ${interval[1].toFixed(1)}` : "-",
      ...[wins, losses, ties].map(String),
    ]);
  const heads = ["contestant", "Elo", "95 % interval", "wins", "losses", "ties"];
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((entry, column) =>
        column === 0 ? entry.padEnd(widths[column] ?? 0) : entry.padStart(widths[column] ?? 0),
      )
      .join("  ");
  const lines = [
    printable(`${text} ${counted(votes, "vote")} by ${counted(raters, "rater")}.`),
    line(heads),
    ...rows.map(line),
  ];
  return `${[...lines, ...notes.map(({ message }) => printable(`Note: ${message}`))].join("\n")}\n`;
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString("en-US")} ${what}${count === 1 ? "" : "s"}`;
}

function readContestant(text: string): ContestantFolder {
  const at = text.indexOf("=");
  if (at < 1 || at === text.length - 1)
    throw new InvalidArgumentError({
      argument: "contestant",
      received: text,
      expected: "a name and its folder",
      hint: "For example guided=out/3.",
    });
  return { name: text.slice(0, at), folder: text.slice(at + 1) };
}

function databaseOf(args: ArenaArguments): string {
  return args.nonEmpty("db") ?? defaultDatabase;
}

function exportFile(args: ArenaArguments): ExportFile | undefined {
  const path = args.nonEmpty("export");
  if (path === undefined) return undefined;
  const kind = extname(path).toLowerCase();
  if (kind === ".json" || kind === ".csv") return { path, kind };
  throw new InvalidArgumentError({
    argument: "--export",
    received: path,
    expected: "a file name that ends in .json or .csv",
  });
}

/** Names come from a file, and a terminal would obey control characters. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "?");
}
