import type { ModelSource } from "../model/index.ts";
import { isModelFileList } from "../model/model-source.ts";

const identities = new WeakMap<object, number>();
let count = 0;

/**
 * A text that is the same for the same source and the same options, so that two parts of a page
 * find each other's model: texts, numbers and plain data compare by content, URLs by address,
 * everything else (lists of files, backends, functions, Blobs) by identity.
 */
export function loaderKey(source: ModelSource, options: object): string {
  const address =
    typeof source === "object" && !isModelFileList(source) && "url" in source ? source.url : source;
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return [
    isModelFileList(address) ? `#${identityOf(address)}` : keyOf(address),
    ...given.map(([name, value]) => `${name}=${keyOf(value)}`).sort(),
  ].join(" ");
}

function keyOf(value: unknown): string {
  return dataKey(value) ?? `#${identityOf(value)}`;
}

/** The content of plain data; undefined where there is anything else in it. */
function dataKey(value: unknown): string | undefined {
  if (value instanceof URL) return JSON.stringify(value.href);
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "object" && typeof value !== "function") return String(value);
  if (value === null) return "null";
  const isPlain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  if (!isPlain) return undefined;
  const entries: string[] = [];
  for (const [name, { get, value: entry }] of Object.entries(
    Object.getOwnPropertyDescriptors(value),
  )) {
    const key = get ? undefined : dataKey(entry);
    if (key === undefined) return undefined;
    entries.push(`${JSON.stringify(name)}:${key}`);
  }
  return `{${entries.sort().join()}}`;
}

function identityOf(value: unknown): number | string {
  if (!(typeof value === "object" && value !== null) && typeof value !== "function")
    return String(value);
  const known = identities.get(value);
  if (known !== undefined) return known;
  identities.set(value, ++count);
  return count;
}
