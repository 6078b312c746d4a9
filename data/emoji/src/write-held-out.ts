import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { UnknownNameError } from "@glissade/core";
import { writeNpz } from "@glissade/evaluate";
import { defaultDataFolder } from "./data-folder.ts";
import { type HeldOutExample, heldOutExamples } from "./held-out-examples.ts";
import { runCommand } from "./interruption.ts";
import { packSides } from "./render-picture.ts";
import { stableHash } from "./stable-hash.ts";

const usage = `Writes the single pictures that are held out of training (val, test_style, test_concept), and their captions in the same order: what the embedded model is evaluated with.

  node --conditions=glissade-source --import tsx data/emoji/src/write-held-out.ts [options]

  --data DIR   folder of the data (default: $GLISSADE_DATA, or .data/emoji in the repository)
  --out DIR    gets held-out.npz and captions.json (default: packages/model-emoji/evaluation)
  --side N     ${packSides.join(", ")} (default: 32, the embedded model's)
`;

await runCommand(async (signal) => {
  const { values } = parseArgs({
    options: {
      data: { type: "string", default: defaultDataFolder() },
      out: { type: "string", default: join("packages", "model-emoji", "evaluation") },
      side: { type: "string", default: "32" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return void process.stdout.write(usage);
  const side = packSides.find((known) => known === Number(values.side));
  if (!side)
    throw new UnknownNameError({ kind: "side", asked: values.side, known: packSides.map(String) });
  const examples: HeldOutExample[] = [];
  for (const split of ["val", "test_style", "test_concept"] as const)
    examples.push(...(await heldOutExamples({ split, side, folder: values.data, signal })));
  // so that the first N are like all of them
  const shuffled = examples.sort((a, b) => place(a) - place(b));
  await mkdir(values.out, { recursive: true });
  const pictures = join(values.out, "held-out.npz");
  await writeNpz(pictures, [shuffled.map(({ picture }) => picture)], {
    count: shuffled.length,
    width: side,
    height: side,
    compress: true,
    signal,
  });
  await writeFile(
    join(values.out, "captions.json"),
    `${JSON.stringify(
      shuffled.map(({ caption }) => caption),
      undefined,
      1,
    )}\n`,
  );
  process.stdout.write(`${pictures}: ${shuffled.length} pictures of ${side}x${side}\n`);
});

function place({ caption, label, style }: HeldOutExample): number {
  return stableHash(`evaluation ${caption} ${label} ${style}`);
}
