import type { Spacing } from "../diffusion/index.ts";
import type { GuidanceSettings, NamedGuidance } from "../guidance/index.ts";
import { encodePng, type RgbImage } from "../image/index.ts";
import type {
  AdmOptions,
  AdmResult,
  GenerateOptions,
  GenerateSettings,
  SamplerSettings,
} from "../pipelines/index.ts";
import type { NamedSampler, SamplerName } from "../samplers/index.ts";
import { ImageSettingsError } from "./image-settings-error.ts";
import { Fields } from "./record-fields.ts";

/** The keyword of the PNG text chunk that holds an `ImageRecord` as JSON. */
export const imageRecordKeyword = "glissade";

/** Of images drawn by their class instead of from a prompt. */
export type ClassSettings = AdmResult["settings"];
export type ImageSettings = GenerateSettings | ClassSettings;

/** Everything needed to make an image again, written into its file. */
export interface ImageRecord {
  /** Version of Glissade that made it. */
  readonly glissade: string;
  /** The model as the user named it, and the SHA-256 of its weights where they are a local file. */
  readonly model: { readonly source: string; readonly sha256?: string };
  /** What the whole run was made with. */
  readonly settings: ImageSettings;
  /** The image that was changed, for one that was not made from a prompt alone. */
  readonly source?: SourceRecord;
  /** Which image of the run this is, from 0; `"sheet"` for all of them on one sheet. */
  readonly image: number | "sheet";
  /** The seed that makes this image alone; a sheet has the run's. */
  readonly seed: number;
  /** How many pixels of the file's width one of the model's pixels takes. */
  readonly enlarge: number;
  readonly backend: string;
  readonly provider: string;
}

/** An image that another was made from, and how. */
export interface SourceRecord {
  readonly task: "inpaint" | "edit" | "upscale";
  readonly image: string;
  readonly mask?: string;
  /** Pixels that were added around it. */
  readonly extend?: string;
  readonly strength?: number;
  readonly start?: string;
  readonly sourcePrompt?: string;
}

/** The record as JSON in pure ASCII, which every program that reads PNG text understands. */
export function encodeImageRecord(record: ImageRecord): string {
  return JSON.stringify(record).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * A PNG file that carries its record.
 *
 * @example `await writeFile("apple.png", encodePngWithRecord(image, record))`
 */
export function encodePngWithRecord(image: RgbImage, record: ImageRecord): Uint8Array<ArrayBuffer> {
  return encodePng(image, { text: { [imageRecordKeyword]: encodeImageRecord(record) } });
}

/** Far more than any record needs. */
const longestRecord = 4 * 2 ** 20;

/**
 * Reads a record from the text of a PNG file. The file may come from anyone: only fields of the
 * right type are taken over, and the values are left to be checked by whoever uses them.
 *
 * @param text by keyword, as `decodePng` gives it
 * @param file what to call it in messages
 * @throws ImageSettingsError where there is no record, or it is not whole
 * @example `const record = decodeImageRecord(decodePng(bytes).text, "apple.png")`
 */
export function decodeImageRecord(
  text: Readonly<Record<string, string>>,
  file: string,
): ImageRecord {
  const json = Object.hasOwn(text, imageRecordKeyword) ? text[imageRecordKeyword] : undefined;
  if (json === undefined) {
    const advice =
      "Only images that glissade wrote have them, and many programs drop them when they save or resize an image: use the original file.";
    throw new ImageSettingsError(`${file} holds no settings of glissade. ${advice}`);
  }
  try {
    if (json.length > longestRecord)
      throw new Error("they are longer than any that glissade writes");
    return readRecord(new Fields(JSON.parse(json), "the settings"));
  } catch (cause) {
    const reason =
      cause instanceof SyntaxError
        ? "they are not JSON"
        : cause instanceof Error
          ? cause.message
          : String(cause);
    throw new ImageSettingsError(`The settings in ${file} cannot be used: ${reason}.`, { cause });
  }
}

/** A run that makes an image again, and which of its images that is. */
export type RecordedRun = (
  | { readonly from: "prompt"; readonly options: GenerateOptions }
  | { readonly from: "classes"; readonly options: AdmOptions }
) & {
  readonly take: number | "sheet";
};

/**
 * The options that make the record's image again: image k of a run alone with its own seed,
 * where it does not depend on the others.
 *
 * @throws ImageSettingsError where the image was made from another one, or with a sampler or
 * guidance that is a program's own
 * @example
 * ```ts
 * const run = optionsOfRecord(record);
 * if (run.from === "prompt") await glide.generate(run.options);
 * ```
 */
export function optionsOfRecord({ settings, source, image, seed }: ImageRecord): RecordedRun {
  if (source)
    throw new ImageSettingsError(
      `This image was made from another one, ${JSON.stringify(source.image)} (${source.task}), which its settings do not hold. Start from that one again.`,
    );
  return "classifierScale" in settings
    ? classOptions(settings, image, seed)
    : promptOptions(settings, image, seed);
}

function classOptions(
  { classes, sampler, ...plain }: ClassSettings,
  image: number | "sheet",
  seed: number,
): RecordedRun {
  const options = { ...plain, sampler: sampler as SamplerName | NamedSampler }; // the pipeline checks the name
  if (image === "sheet")
    return { from: "classes", options: { ...options, ...(classes && { classes }) }, take: image };
  const own = classes?.[image];
  return {
    from: "classes",
    options: { ...options, ...(own !== undefined && { classes: own }), count: 1, seed },
    take: 0,
  };
}

function promptOptions(
  settings: GenerateSettings,
  image: number | "sheet",
  seed: number,
): RecordedRun {
  const {
    count,
    sampler,
    guidance,
    dynamicThresholding,
    clipGuidance,
    keepBest,
    upscale,
    ...plain
  } = settings;
  if (
    guidance === undefined ||
    sampler === "custom" ||
    (upscale && (upscale.guidance === undefined || upscale.sampler === "custom"))
  )
    throw new ImageSettingsError(
      "This image was made with a sampler or guidance of a program's own, which no file can hold.",
    );
  const options = {
    ...plain,
    sampler: sampler as SamplerName | NamedSampler, // `generate` checks the name
    guidance: guidance as NamedGuidance, // and the rule
    ...(dynamicThresholding !== undefined && { dynamicThresholding }),
    ...(clipGuidance && { clipGuidance }),
    upscale: upscale && {
      ...upscale,
      sampler: upscale.sampler as SamplerName | NamedSampler,
      guidance: (upscale.guidance as NamedGuidance | undefined) ?? 1,
    },
  };
  const alone = image !== "sheet" && settings.seedMode === "per-image";
  if (alone) return { from: "prompt", options: { ...options, count: 1, seed }, take: 0 };
  return {
    from: "prompt",
    options: { ...options, count, ...(keepBest !== undefined && { keepBest }) },
    take: image,
  };
}

function readRecord(record: Fields): ImageRecord {
  const model = record.object("model");
  const sha256 = model.optional("sha256", (fields, name) => fields.text(name));
  const settings = readSettings(record.object("settings"));
  const image = record.value("image") === "sheet" ? "sheet" : record.number("image");
  if (image !== "sheet" && !(Number.isInteger(image) && image >= 0 && image < settings.count))
    throw new Error(`there is no image ${image} in a run of ${settings.count}`);
  const source = record.optional("source", (fields, name) => readSource(fields.object(name)));
  const enlarge = record.number("enlarge");
  if (!(Number.isInteger(enlarge) && enlarge >= 1 && enlarge <= 4096))
    throw new Error(`enlarge is ${enlarge}, not a whole number from 1 to 4096`);
  return {
    glissade: record.text("glissade"),
    model: { source: model.text("source"), ...(sha256 !== undefined && { sha256 }) },
    settings,
    ...(source && { source }),
    image,
    seed: record.number("seed"),
    enlarge,
    backend: record.text("backend"),
    provider: record.text("provider"),
  };
}

function readSource(source: Fields): SourceRecord {
  const task = source.text("task");
  if (task !== "inpaint" && task !== "edit" && task !== "upscale")
    throw new Error(`task is ${JSON.stringify(task.slice(0, 60))}`);
  const strength = source.optional("strength", (fields, name) => fields.number(name));
  return {
    task,
    image: source.text("image"),
    ...source.texts("mask", "extend", "start", "sourcePrompt"),
    ...(strength !== undefined && { strength }),
  };
}

function readSettings(settings: Fields): ImageSettings {
  return settings.value("classifierScale") === undefined
    ? readPromptSettings(settings)
    : readClassSettings(settings);
}

function readClassSettings(settings: Fields): ClassSettings {
  const { guidance: _, ...sampler } = readSampler(settings);
  return {
    ...sampler,
    classes: settings.optional("classes", (fields, name) => fields.numbers(name)),
    classifierScale: settings.number("classifierScale"),
    count: settings.number("count"),
    seed: settings.number("seed"),
  };
}

function readPromptSettings(settings: Fields): GenerateSettings {
  const seedMode = settings.text("seedMode");
  if (seedMode !== "per-image" && seedMode !== "batch")
    throw new Error(`seedMode is ${JSON.stringify(seedMode.slice(0, 60))}`);
  return {
    prompt: readPrompt(settings),
    negativePrompt: settings.text("negativePrompt"),
    count: settings.number("count"),
    seed: settings.number("seed"),
    seedMode,
    ...readSampler(settings),
    dynamicThresholding: settings.optional("dynamicThresholding", (fields, name) =>
      fields.number(name),
    ),
    clipGuidance: settings.optional("clipGuidance", (fields, name) => {
      const clip = fields.object(name);
      // `generate` checks it
      return { scale: clip.number("scale"), through: clip.text("through") as "x" | "x0" };
    }),
    keepBest: settings.optional("keepBest", (fields, name) => fields.number(name)),
    upscale: readUpscaling(settings),
  };
}

function readPrompt(settings: Fields): GenerateSettings["prompt"] {
  const prompt = settings.value("prompt");
  if (prompt === null) return null;
  if (!Array.isArray(prompt)) return settings.text("prompt");
  return prompt.map((part: unknown) => {
    const fields = new Fields(part, "the prompts");
    return { prompt: fields.text("prompt"), weight: fields.number("weight") };
  });
}

function readSampler(settings: Fields): SamplerSettings {
  const steps = settings.value("steps");
  if (typeof steps !== "number" && typeof steps !== "string")
    throw new Error("steps is neither a number nor a text");
  return {
    steps,
    sampler: readSamplerName(settings),
    spacing: settings.text("spacing") as Spacing, // `generate` checks the name
    guidance: settings.optional("guidance", readGuidance),
  };
}

/** A rule as plain data; one without a name is classifier-free. `generate` checks it. */
function readGuidance(settings: Fields, name: string): GuidanceSettings {
  return { name: "classifier-free", ...settings.object(name).plain() };
}

/** A sampler's name, with or without options. `generate` checks it. */
function readSamplerName(settings: Fields): SamplerSettings["sampler"] {
  if (typeof settings.value("sampler") === "string") return settings.text("sampler");
  const sampler = settings.object("sampler");
  const { name: _, ...options } = sampler.plain();
  const plain = Object.entries(options).flatMap(([key, value]) =>
    typeof value === "object" ? [] : [[key, value] as const],
  );
  return { name: sampler.text("name"), ...Object.fromEntries(plain) };
}

/** Images of before there were upsamplers say nothing. */
function readUpscaling(settings: Fields): GenerateSettings["upscale"] {
  if (settings.value("upscale") === undefined || settings.value("upscale") === false) return false;
  const upscale = settings.object("upscale");
  return { ...readSampler(upscale), temperature: upscale.number("temperature") };
}
