import { InvalidArgumentError } from "@glissade/graph";

/** One file of a {@link ModelFileList}. */
export interface ListedModelFile {
  /** `file:` (Node only), `http:`, `https:`, `data:` or `blob:`. */
  readonly url: URL;
  readonly bytes?: number;
  /** In hex. What came over the network is compared with it before it is used or kept. */
  readonly sha256?: string;
}

/**
 * A model as the list of its files, each where it lies: for packages, whose bundlers have to see
 * every file. What it does not list is not there, which needs no request, and where every file says
 * its bytes, progress knows the whole.
 *
 * @example
 * ```ts
 * const model: ModelFileList = {
 *   label: "my-model",
 *   files: { "model_index.json": { url: new URL("../model/model_index.json", import.meta.url) } },
 * };
 * ```
 */
export interface ModelFileList {
  readonly files: Readonly<Record<string, ListedModelFile>>;
  /**
   * What to call the model in messages and in a cache. Default: the folder of the first file's
   * address.
   */
  readonly label?: string;
}

/**
 * Where a model lies: a folder or the name of an installed package (Node only), a `file:`, `http:`
 * or `https:` URL of a folder, the list of its files, or its files as Blobs by path. The model of a
 * package is the `model` folder beside its `package.json`.
 */
export type ModelSource =
  | string
  | URL
  | { readonly url: URL }
  | ModelFileList
  | ReadonlyMap<string, Blob>;

export function isModelFileList(source: unknown): source is ModelFileList {
  return (
    typeof source === "object" &&
    source !== null &&
    "files" in source &&
    typeof source.files === "object" &&
    source.files !== null
  );
}

/**
 * What a model is called in messages and caches. @throws InvalidArgumentError where text that
 * begins as an address is none.
 */
export function modelLabel(source: ModelSource): string {
  if (typeof source === "string")
    return isAddress(source) ? folderLabel(parseAddress(source)) : source;
  if (source instanceof URL) return folderLabel(source);
  if (isModelFileList(source)) return source.label ?? listLabel(source);
  return "url" in source ? folderLabel(source.url) : "given as Blobs";
}

export function isAddress(text: string): boolean {
  return /^(https?|file):/i.test(text);
}

/** @throws InvalidArgumentError */
export function parseAddress(text: string): URL {
  try {
    return new URL(text);
  } catch (cause) {
    throw new InvalidArgumentError({
      argument: "source",
      received: text,
      expected: "a valid URL",
      cause,
    });
  }
}

/** The address with the slash that makes it a folder. */
export function folderOf(url: URL): URL {
  const folder = new URL(url);
  if (!folder.pathname.endsWith("/")) folder.pathname += "/";
  return folder;
}

/** Without a query, which may hold a token. */
function folderLabel(url: URL): string {
  const { protocol, host, pathname } = folderOf(url);
  return `${protocol}//${host}${pathname}`;
}

/** Bundlers make `data:` URLs of small files, which lie in no folder. */
function listLabel({ files }: ModelFileList): string {
  const first = Object.values(files).find(
    ({ url }) => url.protocol !== "data:" && url.protocol !== "blob:",
  );
  return first ? folderLabel(new URL(".", first.url)) : "given as a list";
}
