import { basename, extname } from "node:path";
import {
  decodeImageRecord,
  encodePngWithRecord,
  type ImageRecord,
  ImageSettingsError,
  InvalidArgumentError,
  optionsOfRecord,
  type RgbImage,
  UnknownNameError,
} from "@glissade/core";
import { assertFileWritable, writeFileAtomically } from "@glissade/core/files";
import type { OptionTable } from "../arguments.ts";
import { readBackend } from "../backends.ts";
import { command } from "../command.ts";
import { readRunOptions, runGeneration, runOptions } from "../generation.ts";
import { readImageFile } from "../image-files.ts";
import { imageNames } from "../image-names.ts";
import { render } from "../rendering.ts";
import { generationReport, jsonText } from "../report.ts";
import { recordedTask } from "../tasks.ts";
import { version } from "../version.ts";

const options = {
  out: {
    short: "o",
    value: "FILE|DIR",
    about:
      "The PNG file to write (overwritten where it exists), or a folder for it. Default: a new name made of the image's own, here.",
  },
  model: {
    short: "m",
    value: "SOURCE",
    about:
      "The model, where it does not lie where the image says. Needed where the image names a URL.",
  },
  ...runOptions,
} as const satisfies OptionTable;

export const reproduce = command({
  name: "reproduce",
  about: "Makes an image again from the settings that glissade wrote into it.",
  usage: "<image.png>",
  least: 1,
  most: 1,
  hint: "Give one image that glissade wrote.",
  options,
  notes: [
    "On the same machine the image is the same bit for bit. Another processor, backend, provider or version may round differently; how far the new image differs is told.",
    "It is made by the backend and on the provider that made it before, unless --backend or --provider say otherwise.",
  ],
  examples: [
    "glissade reproduce a-red-apple-7.png",
    "glissade reproduce apples-3.png --out apple.png --enlarge 1",
  ],
  async run(args, context) {
    const [file = ""] = args.positionals;
    const asked = readRunOptions(args);
    const original = await readImageFile(file);
    const record = decodeImageRecord(original.text, file);
    assertFromNothing(record);
    const recorded = optionsOfRecord(record);
    const model = args.nonEmpty("model") ?? ownModel(record, file);
    const names = await imageNames({
      out: args.nonEmpty("out"),
      defaultName: `${basename(file, extname(file))}-again`,
      count: 1,
    });
    const [path = ""] = names.images;
    await assertFileWritable(path);

    const run = {
      ...asked,
      enlarge: asked.enlarge ?? record.enlarge,
      backend: readBackend(args, record),
    };
    const generation = await runGeneration(model, recordedTask(recorded), run, context).catch(
      (error: unknown) => {
        throw asImageFault(error, file);
      },
    );
    const image = render(generation.images, recorded.take, generation.enlarge);
    const { enlarge, backend, provider, sha256 } = generation;
    const newRecord = {
      ...record,
      glissade: version,
      model: { source: model, ...(sha256 !== undefined && { sha256 }) },
      enlarge,
      backend,
      provider,
    };
    await writeFileAtomically(path, encodePngWithRecord(image, newRecord), {
      signal: context.signal,
    });

    const remarks = [
      ...differentOrigins(record, newRecord),
      comparison(file, original.image, image),
    ];
    if (!run.json) for (const remark of remarks) context.stderr.write(`${remark}\n`);
    context.stdout.write(
      run.json
        ? jsonText({
            ...generationReport(generation, names, model),
            identical: isSame(original.image, image),
            remarks,
          })
        : `${path}\n`,
    );
  },
});

function assertFromNothing({ source }: ImageRecord): void {
  if (source)
    throw new ImageSettingsError(
      `This image was made from another one, ${JSON.stringify(source.image)}: run glissade ${source.task} on that again.`,
    );
}

/** An image may come from anyone, and must not send this program to an address of its choice. */
function ownModel({ model: { source } }: ImageRecord, file: string): string {
  if (!/^[a-z][a-z+.-]+:|^(\\|\/\/)|\p{Cc}/iu.test(source)) return source;
  throw new ImageSettingsError(
    `${file} was made with a model that lies at an address: ${JSON.stringify(source)}. If you trust it, give it with --model.`,
  );
}

/** A value out of range is the image's fault, unless it came from the command line. */
function asImageFault(error: unknown, file: string): unknown {
  const isValue =
    (InvalidArgumentError.isInstance(error) && !/^(--|source$)/.test(error.argument)) ||
    UnknownNameError.isInstance(error);
  return isValue
    ? new ImageSettingsError(`The settings in ${file} cannot be used: ${error.message}`, {
        cause: error,
      })
    : error;
}

/** What is not as it was, and may change the image. */
function differentOrigins(before: ImageRecord, now: ImageRecord): readonly string[] {
  const remarks: string[] = [];
  if (
    before.model.sha256 !== undefined &&
    now.model.sha256 !== undefined &&
    before.model.sha256 !== now.model.sha256
  ) {
    remarks.push(`warning: the weights of ${now.model.source} are not those that made the image.`);
  }
  if (before.backend !== now.backend)
    remarks.push(
      `warning: the image was made by ${JSON.stringify(before.backend)}, and this one by ${now.backend}.`,
    );
  if (before.provider !== now.provider)
    remarks.push(
      `warning: the image was made on ${JSON.stringify(before.provider)}, and this one on ${now.provider}.`,
    );
  if (before.glissade !== now.glissade)
    remarks.push(
      `note: the image was made by glissade ${JSON.stringify(before.glissade)}; this is ${now.glissade}.`,
    );
  return remarks;
}

function isSame(a: RgbImage, b: RgbImage): boolean {
  return (
    a.width === b.width && a.height === b.height && a.data.every((value, i) => value === b.data[i])
  );
}

function comparison(file: string, before: RgbImage, now: RgbImage): string {
  if (isSame(before, now)) return `The same image as ${file}, bit for bit.`;
  if (before.width !== now.width || before.height !== now.height)
    return `${file} has another size (${before.width}x${before.height}, now ${now.width}x${now.height}).`;
  const differences = now.data.map((value, i) => Math.abs(value - (before.data[i] as number)));
  return `note: it differs from ${file} by up to ${differences.reduce((most, value) => Math.max(most, value), 0)} of 255 levels.`;
}
