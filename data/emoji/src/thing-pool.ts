import { groupBy } from "./group-by.ts";
import type { PictureRecord } from "./picture-record.ts";
import type { SourceName } from "./sources.ts";
import { coloredLabels, type ThingColor } from "./thing-colors.ts";
import { heldOutSource } from "./thing-splits.ts";
import { type Thing, thingSources, things } from "./things.ts";

/** The images of a thing in one part of the data. */
export interface PooledThing {
  readonly thing: Thing;
  /** By source, as every style is drawn equally often. */
  readonly images: readonly (readonly PictureRecord[])[];
  /** Images that have a colour by themselves and are shown only when it is asked for. */
  readonly colored: ReadonlyMap<ThingColor, readonly PictureRecord[]>;
}

/**
 * What each thing is drawn by in a part of the data. Nothing is unseen here but a style of some
 * things (`test_style`) and the single images of `val`: the concepts that the whole data holds out
 * are things like others.
 */
export function thingPool(
  records: readonly PictureRecord[],
  split: "train" | "val" | "test_style",
  sources: readonly SourceName[] = thingSources,
): PooledThing[] {
  const byLabel = groupBy(
    records.filter(
      ({ source, tone, kind }) => tone === 0 && kind !== "flag" && isOneOf(thingSources, source),
    ),
    ({ label }) => label,
  );
  return things.flatMap((thing) => {
    const all = thing.labels.flatMap((label) => byLabel.get(label) ?? []);
    const own = coloredLabels.filter((entry) => entry.thing === thing.name);
    const held = heldOutSource(thing.name, [...new Set(all.map(({ source }) => source))]);
    const partOf = ({ source, split: of }: PictureRecord) =>
      source === held ? "test_style" : of === "val" ? "val" : "train";
    const isWanted = (record: PictureRecord) =>
      partOf(record) === split && sources.includes(record.source);
    const images = [...groupBy(all.filter(isWanted), ({ source }) => source).values()];
    const colored = new Map(
      own
        .map(({ label, color }) => [color, (byLabel.get(label) ?? []).filter(isWanted)] as const)
        .filter(([, ofColor]) => ofColor.length > 0),
    );
    return images.length > 0 ? [{ thing, images, colored }] : [];
  });
}

function isOneOf(list: readonly string[], name: string): boolean {
  return list.includes(name);
}
