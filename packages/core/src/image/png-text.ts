import { InvalidArgumentError } from "@glissade/graph";
import { inflateBounded } from "./bounded-inflate.ts";
import type { PngChunk } from "./png-chunks.ts";

/** Longest text that is unpacked from a compressed chunk, in bytes. */
const textLimit = 16 * 1024 * 1024;

/**
 * A text chunk: `tEXt`, which every program reads, where the text is printable Latin-1, else
 * `iTXt`, which is UTF-8.
 *
 * @throws InvalidArgumentError where the keyword is not 1 to 79 printable Latin-1 characters
 * without outer spaces, or the text holds U+0000.
 * @see https://www.w3.org/TR/png-3/#11textinfo
 */
export function textChunk(keyword: string, text: string): PngChunk {
  if (
    !/^[\x20-\x7e\xa1-\xff]{1,79}$/.test(keyword) ||
    keyword.trim() !== keyword ||
    keyword.includes("  ")
  ) {
    throw new InvalidArgumentError({
      argument: "text keyword",
      received: keyword,
      expected: "1 to 79 printable Latin-1 characters without spaces at the ends or two in a row",
    });
  }
  if (typeof text !== "string" || text.includes("\0"))
    throw new InvalidArgumentError({
      argument: `text ${keyword}`,
      received: text,
      expected: "a string without U+0000",
    });
  if (/^[\n\x20-\x7e\xa0-\xff]*$/.test(text))
    return { type: "tEXt", data: latin1Bytes(`${keyword}\0${text}`) };
  // not compressed (two bytes), no language, no translated keyword
  const head = latin1Bytes(`${keyword}\0\0\0\0\0`);
  const body = new TextEncoder().encode(text);
  const data = new Uint8Array(head.length + body.length);
  data.set(head);
  data.set(body, head.length);
  return { type: "iTXt", data };
}

/**
 * Keyword and text of a `tEXt`, `zTXt` or `iTXt` chunk; undefined for other chunks and for text in
 * an unknown form, which an image can do without.
 */
export function readTextChunk({
  type,
  data,
}: PngChunk): [keyword: string, text: string] | undefined {
  const [keyword, rest] = splitAtNull(data);
  if (!keyword) return undefined;
  if (type === "tEXt") return [keyword, latin1(rest)];
  if (type === "zTXt" && rest[0] === 0) return [keyword, latin1(unpack(rest.subarray(1)))];
  if (type !== "iTXt" || rest.length < 4 || rest[1] !== 0) return undefined;
  const compressed = rest[0] === 1;
  const [, afterLanguage] = splitAtNull(rest.subarray(2));
  const [, body] = splitAtNull(afterLanguage);
  return [
    keyword,
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(compressed ? unpack(body) : body),
  ];
}

function unpack(data: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  const length = inflateBounded([data], textLimit, (bytes) => parts.push(bytes));
  const text = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    text.set(part, offset);
    offset += part.length;
  }
  return text;
}

function splitAtNull(data: Uint8Array): [before: string, after: Uint8Array] {
  const end = data.indexOf(0);
  return end < 0 ? ["", data] : [latin1(data.subarray(0, end)), data.subarray(end + 1)];
}

/** Not `TextDecoder("latin1")`: on the web that name means Windows-1252. */
function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += 8192)
    text += String.fromCharCode(...bytes.subarray(start, start + 8192));
  return text;
}

function latin1Bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
