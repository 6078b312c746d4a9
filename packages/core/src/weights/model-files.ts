import { fileAccess } from "#file-source";
import type { WeightSource } from "../backend.ts";
import { display, InvalidArgumentError } from "../errors.ts";
import { blobSource, bytesSource } from "./byte-source.ts";
import { existsAt, fetchBytes } from "./fetch-bytes.ts";
import { JsonLimitError, parseJsonWithLimits } from "./json-with-limits.ts";
import { ModelFileError, ModelNotFoundError } from "./model-file-errors.ts";
import { openWeights, weightsFrom } from "./open-weights.ts";

/** The files of one model, wherever they lie. Paths are relative, with `/`: `"unet/model.safetensors"`. */
export interface ModelFiles {
  /** What to call the model in messages: the folder, the package, the URL. */
  readonly label: string;
  /** @throws ModelFileError where the file is missing, cannot be fetched or is larger than 64 MiB (weights are opened, not read). */
  read(path: string): Promise<Uint8Array>;
  /** @throws ModelFileError as `read`, and where the file is not JSON, is nested deeper than 64 levels or has a key twice in one object. */
  readJson(path: string): Promise<unknown>;
  /** @throws WeightsError where the file is not what {@link openWeights} takes. @throws ModelFileError where it is missing or cannot be fetched. */
  openWeights(path: string): Promise<WeightSource>;
  exists(path: string): Promise<boolean>;
}

/**
 * Where a model lies: a folder or the name of an installed package (Node only), a `file:`, `http:` or `https:` URL of a folder, or its files as Blobs by
 * path. The model of a package is the `model` folder beside its `package.json`.
 */
export type ModelSource = string | URL | { readonly url: URL } | ReadonlyMap<string, Blob>;

export interface OpenModelFilesOptions {
  /** Called as bytes of any file arrive over the network. */
  readonly onProgress?: (progress: { readonly path: string; readonly loadedBytes: number; readonly totalBytes: number | undefined }) => void;
  /** Ends what is being fetched. */
  readonly signal?: AbortSignal;
}

const maxFileBytes = 64 * 2 ** 20;
/** What one array can hold in every engine. */
const maxWeightBytes = 2 ** 32 - 1;
const jsonLimits = { maxDepth: 64, maxKeys: 1_000_000 };

/**
 * Finds a model's files. Nothing is read from the network yet.
 *
 * @throws ModelNotFoundError where there is no such folder or package; it says what was tried.
 * @throws InvalidArgumentError for a source of another kind.
 * @example `const files = await openModelFiles("@glissade/model-emoji");`
 */
export async function openModelFiles(source: ModelSource, options: OpenModelFilesOptions = {}): Promise<ModelFiles> {
  options.signal?.throwIfAborted();
  if (typeof source === "string" && source !== "") return /^(https?|file):/i.test(source) ? openUrl(parseUrl(source), options) : openNamed(source);
  if (source instanceof URL) return openUrl(source, options);
  if (source instanceof Map) return blobFiles(source);
  if (typeof source === "object" && source !== null && "url" in source && source.url instanceof URL) return openUrl(source.url, options);
  throw new InvalidArgumentError({
    argument: "source",
    received: source,
    expected: "a folder, the name of an installed package, a URL, or a Map of Blobs by path",
  });
}

function parseUrl(text: string): URL {
  try {
    return new URL(text);
  } catch (cause) {
    throw new InvalidArgumentError({ argument: "source", received: text, expected: "a valid URL", cause });
  }
}

async function openUrl(url: URL, options: OpenModelFilesOptions): Promise<ModelFiles> {
  if (url.protocol === "file:") return openNamed(fileAccess.pathOf(url));
  if (url.protocol === "http:" || url.protocol === "https:") return httpFiles(url, options);
  throw new InvalidArgumentError({ argument: "source", received: url.href, expected: "a file:, http: or https: URL" });
}

/** A folder of that name, else an installed package. */
async function openNamed(name: string): Promise<ModelFiles> {
  const kind = await fileAccess.kindOf(name);
  if (kind === "folder") return folderFiles(name, name);
  const tried = [`the folder ${name} (${kind === "file" ? "this is a file: give the folder that it lies in" : fileAccess.absence})`];
  const packageFolder = isPackageName(name) ? await fileAccess.findPackage(name, tried) : undefined;
  if (packageFolder !== undefined) {
    const folder = fileAccess.join(packageFolder, "model");
    if ((await fileAccess.kindOf(folder)) === "folder") return folderFiles(folder, name);
    tried.push(`the package ${name} in ${packageFolder} (it is installed, but has no folder named model)`);
  }
  const advice = isPackageName(name)
    ? `If it is a package: npm install ${name}. If it is a folder, check the path.`
    : "Check the path, or convert a checkpoint into a folder with: glissade convert.";
  throw new ModelNotFoundError({ source: name, tried, advice });
}

function isPackageName(name: string): boolean {
  return name.length <= 214 && /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/.test(name);
}

function folderFiles(folder: string, label: string): ModelFiles {
  const resolve = (path: string) => fileAccess.join(folder, checkedPath(path));
  const exists = async (path: string) => (await fileAccess.kindOf(resolve(path))) === "file";
  const assertThere = async (path: string) => {
    if (!(await exists(path))) throw missing(label, path);
  };
  return withJson({
    label,
    exists,
    async read(path) {
      await assertThere(path);
      const source = await fileAccess.open(resolve(path));
      try {
        if (source.size > maxFileBytes) throw tooLarge(label, path);
        return await source.read(0, source.size);
      } finally {
        await source.close();
      }
    },
    async openWeights(path) {
      await assertThere(path);
      return openWeights(resolve(path));
    },
  });
}

function blobFiles(blobs: ReadonlyMap<string, Blob>): ModelFiles {
  const label = "given as Blobs";
  const blobAt = (path: string): Blob => {
    const blob = blobs.get(checkedPath(path));
    if (!blob) throw missing(label, path);
    return blob;
  };
  return withJson({
    label,
    exists: async (path) => blobs.has(checkedPath(path)),
    async read(path) {
      const blob = blobAt(path);
      if (blob.size > maxFileBytes) throw tooLarge(label, path);
      return new Uint8Array(await blob.arrayBuffer());
    },
    openWeights: async (path) => weightsFrom(blobSource(blobAt(path), path)),
  });
}

function httpFiles(url: URL, { onProgress, signal }: OpenModelFilesOptions): ModelFiles {
  const folder = new URL(url);
  if (!folder.pathname.endsWith("/")) folder.pathname += "/";
  const label = folder.origin + folder.pathname; // without a query, which may hold a token
  const resolve = (path: string) => {
    const resolved = new URL(checkedPath(path).split("/").map(encodeURIComponent).join("/"), folder);
    resolved.search = folder.search;
    return resolved;
  };
  const fetchFile = (path: string, maxBytes: number) =>
    fetchBytes(resolve(path), { model: label, path, maxBytes, signal, onProgress: onProgress && ((progress) => onProgress({ path, ...progress })) });
  return withJson({
    label,
    exists: (path) => existsAt(resolve(path), { model: label, path, signal }),
    read: (path) => fetchFile(path, maxFileBytes),
    openWeights: async (path) => weightsFrom(bytesSource(await fetchFile(path, maxWeightBytes), resolve(path).pathname)),
  });
}

function withJson(files: Omit<ModelFiles, "readJson">): ModelFiles {
  return {
    ...files,
    async readJson(path) {
      try {
        return parseJsonWithLimits(await files.read(path), jsonLimits);
      } catch (cause) {
        if (!(cause instanceof JsonLimitError)) throw cause;
        throw new ModelFileError({ model: files.label, path, reason: cause.message, advice: "The file is damaged: fetch it again.", cause });
      }
    },
  };
}

/** A configuration names files; it must not reach out of the model's folder. */
function checkedPath(path: string): string {
  const inside = typeof path === "string" && !/[\\\0:]/.test(path) && path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
  if (!inside)
    throw new InvalidArgumentError({ argument: "path", received: path, expected: `a relative path inside the model such as ${display("unet/config.json")}` });
  return path;
}

function missing(model: string, path: string): ModelFileError {
  return new ModelFileError({ model, path, reason: "there is no such file", advice: "The model is incomplete: install, download or convert it again." });
}

function tooLarge(model: string, path: string): ModelFileError {
  return new ModelFileError({ model, path, reason: `it has more than the ${maxFileBytes} bytes allowed` });
}
