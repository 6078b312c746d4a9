import { plural } from "./english.ts";
import type { SourceName } from "./sources.ts";
import { type ThingGroup, thingTable } from "./thing-table.ts";

export type { ThingGroup };

/** Something that people ask for and that the data draws well, in several styles. */
export interface Thing {
  /** What it is called first. */
  readonly name: string;
  /** Labels of the data set that draw it; each belongs to one thing. */
  readonly labels: readonly string[];
  /** Every other name: plurals, synonyms, short forms. A name belongs to one thing. */
  readonly names: readonly string[];
  readonly group: ThingGroup;
}

/** The styles that things are drawn in: the data has them whole, and they draw well. */
export const thingSources = [
  "noto",
  "twemoji",
  "fluent3d",
  "emojitwo",
  "fluentflat",
] as const satisfies readonly SourceName[];

export const thingGroups = Object.keys(thingTable) as ThingGroup[];
const rows = thingGroups.flatMap((group) =>
  thingTable[group]
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => ({ group, ...readRow(line) })),
);
const writtenNames = new Set(rows.flatMap(({ own }) => own.map(({ name }) => name)));
const uncountable = new Set(
  rows.flatMap(({ own }) => own.filter(({ isCounted }) => !isCounted).map(({ name }) => name)),
);

export const things: readonly Thing[] = rows.map(({ group, labels, own }) => {
  const [first = { name: "" }, ...others] = own;
  const plurals = own.filter(({ isCounted }) => isCounted).map(({ name }) => pluralOf(name));
  const added = plurals.filter((name) => !writtenNames.has(name));
  const names = [...others.map(({ name }) => name), ...new Set(added)];
  return { name: first.name, labels, names, group };
});

const singulars = new Set([...writtenNames].filter((name) => !uncountable.has(name)));

/** Whether the name takes "a" or "an": it is neither plural nor a name of what is not counted. */
export function takesArticle(name: string): boolean {
  return singulars.has(name);
}

/** Whether the name is a plural that was added, and not one of the table. */
export function isAddedPlural(name: string): boolean {
  return !writtenNames.has(name);
}

const thingsByName = new Map(
  things.flatMap((thing) => [thing.name, ...thing.names].map((name) => [name, thing] as const)),
);

/** The thing of exactly this name, in any case and with or without an article. */
export function thingNamed(name: string): Thing | undefined {
  const asked = name.trim().toLowerCase().replace(/\s+/g, " ");
  return thingsByName.get(asked) ?? thingsByName.get(asked.replace(/^(an?|the|some) /, ""));
}

function readRow(line: string) {
  const [names = "", labels = "", others = ""] = line.split("|");
  const own = [...listed(names), ...listed(others)].map((name) => ({
    name: name.replace(/^~/, ""),
    isCounted: !name.startsWith("~"),
  }));
  const named = listed(labels);
  return { own, labels: named.length > 0 ? named : own.slice(0, 1).map(({ name }) => name) };
}

function listed(text: string): string[] {
  return text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}

/** "cup of coffee" becomes "cups of coffee": what is before a preposition is counted. */
export function pluralOf(name: string): string {
  const [, head = name, tail = ""] = /^(.+?)( (?:of|on|in|with|and|blowing) .+)?$/.exec(name) ?? [];
  return `${plural(head)}${tail}`;
}
