import type { SourceRecord } from "@glissade/core";
import { assertFileWritable, writeFilesAtomically } from "@glissade/core/files";
import type { Arguments } from "./arguments.ts";
import type { AskedOptions } from "./asked-options.ts";
import type { Context } from "./command.ts";
import { readRunOptions, runGeneration, type runOptions } from "./generation.ts";
import { imageFiles } from "./image-files.ts";
import { imageNames, slug } from "./image-names.ts";
import { defaultModel } from "./model-source.ts";
import { generationReport, jsonText } from "./report.ts";
import type { Task } from "./tasks.ts";

export interface ImagesToMake {
  readonly asked: Pick<AskedOptions, "prompt" | "count" | "seed" | "keepBest">;
  readonly task: Task;
  /** What they are made from, where it is not a prompt alone. */
  readonly source?: SourceRecord;
}

/**
 * Makes images and writes them, each with its settings, and a sheet of several; prints their
 * paths, or one JSON document.
 */
export async function makeImages(
  args: Arguments<"out" | "model" | keyof typeof runOptions>,
  { asked, task, source }: ImagesToMake,
  context: Context,
): Promise<void> {
  const run = readRunOptions(args);
  const model = args.nonEmpty("model") ?? defaultModel;
  const count = asked.keepBest ?? asked.count;
  const names = await imageNames({
    out: args.nonEmpty("out"),
    defaultName: `${slug(asked.prompt)}-${asked.seed}`,
    count,
  });
  const paths = names.sheet === undefined ? names.images : [...names.images, names.sheet];
  for (const path of paths) await assertFileWritable(path);
  const generation = await runGeneration(model, task, run, context);
  await writeFilesAtomically(imageFiles(generation, names, model, source), {
    signal: context.signal,
  });
  context.stdout.write(
    run.json ? jsonText(generationReport(generation, names, model)) : `${paths.join("\n")}\n`,
  );
}
