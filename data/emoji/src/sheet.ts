import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { contactSheet, encodePng, InvalidArgumentError, UnknownNameError } from "@glissade/core";
import { defaultDataFolder, readRecords } from "./data-folder.ts";
import { type EmojiData, exampleSplits, openEmojiData } from "./emoji-data.ts";
import { paintPlainExample } from "./examples.ts";
import { runCommand } from "./interruption.ts";
import { loadPictures } from "./picture-store.ts";
import { type PackSide, packSides } from "./render-picture.ts";
import { rgbFromPlanes } from "./rgb-from-planes.ts";

const usage = `Draws a contact sheet of the data, and writes what is said of each picture beside it.

  node --conditions=glissade-source --import tsx data/emoji/src/sheet.ts [options]

  --data DIR       folder of the data (default: $GLISSADE_DATA, or .data/emoji in the repository)
  --out FILE.png   the sheet (default: emoji-sheet.png); captions go to FILE.txt
  --split NAME     ${exampleSplits.join(", ")} (default: train)
  --side N         ${packSides.join(", ")} (default: 64)
  --columns N      (default: 16)
  --count N        (default: 192)
  --scenes SHARE   of training examples that are scenes (default: 0.4)
  --seed N         (default: 0)
  --styles         instead: some concepts (rows) in every style (columns)
`;

const styleConcepts = (
  "grinning face,dog face,cat,elephant,tropical fish,red apple,pizza,hamburger,rose,evergreen tree,house,automobile,rocket,sailboat,bicycle,guitar," +
  "soccer ball,umbrella,light bulb,red heart,sun,crown,ghost"
).split(",");

await runCommand(async (signal) => {
  const { values } = parseArgs({
    options: {
      data: { type: "string" },
      out: { type: "string", default: "emoji-sheet.png" },
      split: { type: "string", default: "train" },
      side: { type: "string", default: "64" },
      columns: { type: "string", default: "16" },
      count: { type: "string", default: "192" },
      scenes: { type: "string", default: "0.4" },
      seed: { type: "string", default: "0" },
      styles: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const folder = values.data ?? defaultDataFolder();
  const side = packSides.find((known) => known === Number(values.side));
  if (!side)
    throw new InvalidArgumentError({
      argument: "--side",
      received: values.side,
      expected: `one of ${packSides.join(", ")}`,
    });
  const split = exampleSplits.find((known) => known === values.split);
  if (!split)
    throw new UnknownNameError({ kind: "split", asked: values.split, known: exampleSplits });

  const { pictures, captions, columns } = values.styles
    ? await styleSheet(folder, side, signal)
    : await exampleSheet(
        await openEmojiData({
          folder,
          side,
          split,
          seed: Number(values.seed),
          scenes: Number(values.scenes),
          signal,
        }),
        Number(values.count),
        Number(values.columns),
      );
  await writeFile(values.out, encodePng(contactSheet(pictures, { columns })));
  const lines = captions.map(
    (caption, position) =>
      `${1 + Math.floor(position / columns)},${1 + (position % columns)}\t${caption}\n`,
  );
  await writeFile(
    values.out.replace(/(\.png)?$/, ".txt"),
    `row,column\tcaption\n${lines.join("")}`,
  );
  process.stdout.write(`${values.out}: ${pictures.length} pictures, ${columns} a row\n`);
});

async function exampleSheet(data: EmojiData, count: number, columns: number) {
  const examples = Array.from({ length: count }, (_, number) => data.example(number));
  const pictures = examples.map((example) => {
    const planes = new Float32Array(3 * data.side * data.side);
    data.paint(example, planes);
    return rgbFromPlanes(planes, data.side);
  });
  return { pictures, captions: examples.map(({ caption }) => caption), columns };
}

async function styleSheet(folder: string, side: PackSide, signal: AbortSignal) {
  const records = (await readRecords(folder)).filter(
    ({ label, isGlyph }) => styleConcepts.includes(label) && !isGlyph,
  );
  const store = await loadPictures(folder, side, records, signal);
  const styles = [...new Set(records.map(({ style }) => style))];
  const captions: string[] = [];
  const pictures = styleConcepts.flatMap((label) =>
    styles.map((style) => {
      const picture = records.find((record) => record.label === label && record.style === style);
      captions.push(picture ? `${label}, ${style}` : "");
      const planes = new Float32Array(3 * side * side).fill(255);
      if (picture)
        paintPlainExample(
          { planes, side },
          { picture, caption: "", color: undefined, background: "white", isMirrored: false },
          store,
        );
      return rgbFromPlanes(planes, side);
    }),
  );
  return { pictures, captions, columns: styles.length };
}
