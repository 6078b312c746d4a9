import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { onnx } from "@glissade/backend-onnx";
import { encodePng, loadGlide } from "@glissade/core";
import { cascadeSheet } from "./cascade-sheet.ts";
import { interpolationSheet, rankingSheet } from "./choice-sheets.ts";
import { inpaintingSheet, sdeditSheet } from "./editing-sheets.ts";
import { guidanceSheet } from "./guidance-sheet.ts";
import { promptSheets } from "./prompt-sheets.ts";
import { Studio } from "./studio.ts";

const sheets = [
  ...promptSheets,
  guidanceSheet,
  inpaintingSheet,
  sdeditSheet,
  cascadeSheet,
  interpolationSheet,
  rankingSheet,
];

const usage = `npm run gallery -- [--model MODEL] [--out docs] [--seed N] [--only NAME,...]

Makes the images of the documentation from a model. docs/gallery.md says what they show.

  --only NAME,...  ${sheets.map(({ path }) => path).join(", ")}`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      model: { type: "string", default: "@glissade/model-emoji" },
      out: { type: "string", default: "docs" },
      seed: { type: "string", default: "5" },
      only: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(usage);
  const wanted = values.only?.split(",");
  const backend = onnx();
  const studio = new Studio(await loadGlide(values.model, { backend }), Number(values.seed));
  for (const { path, draw } of sheets.filter((sheet) => wanted?.includes(sheet.path) ?? true)) {
    const file = join(values.out, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, encodePng(await draw(studio)));
    console.log(file);
  }
  await studio.glide.dispose();
  await backend.dispose();
}

await main();
