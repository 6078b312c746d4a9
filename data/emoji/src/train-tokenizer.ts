import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeFileAtomically } from "@glissade/core/files";
import { glideTokenizer } from "@glissade/core/text";
import { defaultDataFolder } from "./data-folder.ts";
import { runCommand } from "./interruption.ts";
import { thingCaptions } from "./thing-training-captions.ts";
import { tokenCounts, trainTokenizer } from "./tokenizer.ts";
import { trainingCaptions } from "./training-captions.ts";

const usage = `Learns the data's tokeniser from its captions.

  node --conditions=glissade-source --import tsx data/emoji/src/train-tokenizer.ts [options]

  --data DIR    folder of the data (default: $GLISSADE_DATA, or .data/emoji in the repository)
  --out FILE    (default: tokenizer.json in the folder of the data)
  --size N      tokens in all (default: 2048; with --things 4096)
  --things      of the captions of things, and one token for a word at the beginning of a caption and within
  --scenes N    captions of scenes to add to the stored ones (default: 3000)
`;

await runCommand(async (signal) => {
  const { values } = parseArgs({
    options: {
      data: { type: "string" },
      out: { type: "string" },
      size: { type: "string" },
      things: { type: "boolean", default: false },
      scenes: { type: "string", default: "3000" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const folder = values.data ?? defaultDataFolder();
  const captions: string[] = [];
  if (values.things) captions.push(...thingCaptions());
  else
    for await (const caption of trainingCaptions({ folder, scenes: Number(values.scenes) }))
      captions.push(caption);
  signal.throwIfAborted();
  const size = Number(values.size ?? (values.things ? 4096 : 2048));
  const file = trainTokenizer(captions, size, { wordsAreAlike: values.things });
  const out =
    values.out ?? join(folder, values.things ? "tokenizer-things.json" : "tokenizer.json");
  await writeFileAtomically(out, `${JSON.stringify(file, null, 2)}\n`, { makeFolders: true });
  const tokenizer = glideTokenizer(file);
  const { mean, p99, max } = tokenCounts(captions, tokenizer.encode);
  process.stdout.write(
    `${out}: ${tokenizer.vocabularySize} tokens; captions have ${mean.toFixed(1)} on average, 99 % at most ${p99}, all at most ${max}\n`,
  );
});
