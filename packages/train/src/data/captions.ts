import { UnusableFile } from "./unusable-file.ts";

/** Far above any caption: a file larger than this is something else. */
export const maxCaptionBytes = 64 * 1024;

/** A `.json` beside an image holds more than the caption: addresses, sizes, licences. */
export const maxCaptionRecordBytes = 1024 * 1024;

/** The keys that data sets use; the first one present counts. */
const captionKeys = ["caption", "text", "captions"] as const;

/** How a caption is written down. */
export type CaptionFormat = "text" | "record";

/**
 * The captions in a file's bytes, never none.
 *
 * @param format `"text"`: one a line; `"record"`: a JSON object with `caption`, `text` or
 * `captions`
 * @throws UnusableFile
 */
export function captionsFromBytes(bytes: Uint8Array, format: CaptionFormat): string[] {
  const text = textFromBytes(bytes);
  return format === "text" ? captionsFromText(text) : captionsFromRecord(recordFromText(text));
}

/**
 * The captions in a text, one a line. @throws UnusableFile where there is none, or it is too long
 * for one.
 */
export function captionsFromText(text: string): string[] {
  if (text.length > maxCaptionBytes)
    throw new UnusableFile(
      `its caption has ${text.length} characters, more than the ${maxCaptionBytes} allowed`,
    );
  const captions = text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  if (captions.length === 0) throw new UnusableFile("its caption is empty");
  return captions;
}

/** The captions in one record of a manifest. @throws UnusableFile where there is none. */
export function captionsFromRecord(record: Readonly<Record<string, unknown>>): string[] {
  const key = captionKeys.find((name) => record[name] !== undefined && record[name] !== null);
  if (!key)
    throw new UnusableFile(`it has no caption (none of the keys ${captionKeys.join(", ")})`);
  const value = record[key];
  const lines: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (!lines.every((line) => typeof line === "string"))
    throw new UnusableFile(`its ${key} is neither a text nor a list of texts`);
  return captionsFromText(lines.join("\n"));
}

/** @throws UnusableFile where the text is no JSON object. */
export function recordFromText(text: string): Readonly<Record<string, unknown>> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new UnusableFile("it is not valid JSON");
  }
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw new UnusableFile("it is no JSON object");
  return { ...json };
}

/** @throws UnusableFile where the bytes are no UTF-8. A byte order mark is left out. */
export function textFromBytes(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UnusableFile("it is not UTF-8 text");
  }
}
