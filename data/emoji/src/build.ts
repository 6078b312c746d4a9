import { parseArgs } from "node:util";
import { UnknownNameError } from "@glissade/core";
import { buildData } from "./build-data.ts";
import { defaultDataFolder } from "./data-folder.ts";
import { runCommand } from "./interruption.ts";
import { type SourceName, sourceNames } from "./sources.ts";

const usage = `Builds the emoji and clip art data set from published icon packages.

  node --conditions=glissade-source --import tsx data/emoji/src/build.ts [options]

  --out DIR        folder of the data (default: $GLISSADE_DATA, or .data/emoji in the repository)
  --cache DIR      folder of unpacked packages (default: packages in the folder of the data)
  --sets a,b       only these sources: ${sourceNames.join(", ")}
  --without a,b    all but these
  --help           this text
`;

await runCommand(async (signal) => {
  const { values } = parseArgs({
    options: {
      out: { type: "string" },
      cache: { type: "string" },
      sets: { type: "string" },
      without: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const folder = values.out ?? defaultDataFolder();
  const sources = namesIn(values.sets);
  const manifest = await buildData({
    folder,
    ...(values.cache !== undefined && { cache: values.cache }),
    ...(sources && { sources }),
    without: namesIn(values.without) ?? [],
    signal,
    onProgress: progressOn(process.stderr),
  });
  process.stderr.write("\n");
  process.stdout.write(
    `${folder}: ${manifest.pictures} pictures, ${manifest.captions} captions, splits ${JSON.stringify(manifest.bySplit)}\n`,
  );
});

function namesIn(list: string | undefined): SourceName[] | undefined {
  return list?.split(",").map((asked) => {
    const name = sourceNames.find((known) => known === asked.trim());
    if (!name) throw new UnknownNameError({ kind: "source", asked, known: sourceNames });
    return name;
  });
}

/** One line that is overwritten on a terminal; in a file, a line whenever something else begins. */
function progressOn(stream: NodeJS.WriteStream): (message: string) => void {
  let before = "";
  return (message) => {
    const topic = message.split(":")[0] ?? "";
    if (stream.isTTY) stream.write(`\r\x1b[2K${message}`);
    else if (topic !== before) stream.write(`${message}\n`);
    before = topic;
  };
}
