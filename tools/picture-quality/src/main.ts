import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { onnx } from "@glissade/backend-onnx";
import { type Backend, InvalidArgumentError } from "@glissade/core";
import { writeFileAtomically } from "@glissade/core/files";
import { emoji } from "@glissade/model-emoji";
import { clipEye, clipEyeTable } from "./clip-eye.ts";
import { imageSheet } from "./image-sheet.ts";
import { runCommand } from "./interruption.ts";
import { openJudge } from "./judge.ts";
import { judgeFolder } from "./judge-folder.ts";
import { judgeModel } from "./judge-model.ts";
import { readPrompts } from "./prompt-list.ts";
import { resultTable } from "./result-table.ts";
import { settingNames, settingsOf } from "./settings.ts";

const usage = `npm run picture-quality -- [options]

Samples 100 prompts in plain words, and prints how often a judge that nothing here is trained by
sees what was asked. The prompts and the seeds, 1 to N, are the same for every model.

  --model DIR        a model's folder or package (default: @glissade/model-emoji)
  --prompts FILE     another list: [{ "prompt": "a taxi", "thing": "taxi" }]
  --settings A,B     ${settingNames}, or cfg-S and clip-S at other scales S
                     (default: all of these)
  --seeds N          images of each prompt (default: 8)
  --steps N          of the base network (default: the model's own)
  --only-base        judge the base network's images, without the upsampler: fast
  --folder DIR       judge images that lie there with captions instead
  --clip-eye         ask the model's CLIP of 100 things which one a real image shows instead
  --sheet FILE.png   the first images of each prompt in the first setting, with the verdicts
  --threads N        of the processor (default: all)
  --json             print one JSON document`;

await runCommand(async (signal) => {
  const { values } = parseArgs({
    options: {
      model: { type: "string" },
      prompts: { type: "string", default: fileURLToPath(new URL("prompts.json", import.meta.url)) },
      settings: { type: "string", default: settingNames },
      seeds: { type: "string", default: "8" },
      steps: { type: "string" },
      "only-base": { type: "boolean", default: false },
      folder: { type: "string" },
      "clip-eye": { type: "boolean", default: false },
      sheet: { type: "string" },
      threads: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(usage);
  const threads = values.threads === undefined ? {} : { threads: count("threads", values.threads) };
  const backend = onnx(threads);
  try {
    console.log(await report(backend, values, signal));
  } finally {
    await backend.dispose();
  }
});

interface Asked {
  readonly model?: string | undefined;
  readonly prompts: string;
  readonly settings: string;
  readonly seeds: string;
  readonly steps?: string | undefined;
  readonly "only-base": boolean;
  readonly folder?: string | undefined;
  readonly "clip-eye": boolean;
  readonly sheet?: string | undefined;
  readonly json: boolean;
}

/** Does what was asked, and gives what is to be printed. */
async function report(backend: Backend, asked: Asked, signal: AbortSignal): Promise<string> {
  const label = asked.model ?? emoji.label;
  const model = label === emoji.label ? emoji : label;
  const prompts = await readPrompts(asked.prompts);
  if (asked["clip-eye"]) {
    const eye = await clipEye(model, { label, backend, prompts, signal });
    return asked.json ? JSON.stringify(eye) : clipEyeTable(eye);
  }
  const settings = settingsOf(asked.settings);
  const sampling = {
    seeds: count("seeds", asked.seeds),
    steps: asked.steps === undefined ? undefined : count("steps", asked.steps),
    onlyBase: asked["only-base"],
  };
  const judge = await openJudge(backend);
  try {
    const { results, rows } =
      asked.folder === undefined
        ? await judgeModel(model, {
            label,
            backend,
            judge,
            prompts,
            settings,
            signal,
            tell,
            ...sampling,
          })
        : await judgeFolder(asked.folder, { judge, signal, tell });
    if (asked.sheet !== undefined)
      await writeFileAtomically(asked.sheet, await imageSheet(rows, signal));
    return asked.json ? JSON.stringify(results) : resultTable(results);
  } finally {
    await judge.dispose();
  }
}

/** On a terminal, one line that is overwritten. */
function tell(line: string): void {
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[2K${line}` : `${line}\n`);
}

function count(option: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError({
    argument: `--${option}`,
    received: text,
    expected: "a whole number from 1",
  });
}
