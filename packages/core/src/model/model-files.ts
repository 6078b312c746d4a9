import type { WeightSource } from "@glissade/graph";
import { display, InvalidArgumentError } from "@glissade/graph";
import { fileAccess } from "#file-source";
import { type ByteSource, blobSource } from "../bytes/byte-source.ts";
import { JsonLimitError, parseJsonWithLimits } from "../bytes/json-with-limits.ts";
import type { RemoteFile } from "./file-response.ts";
import { ModelFileError, ModelNotFoundError } from "./model-file-errors.ts";
import {
  folderOf,
  isAddress,
  isModelFileList,
  type ListedModelFile,
  type ModelFileList,
  type ModelSource,
  modelLabel,
  parseAddress,
} from "./model-source.ts";
import type { OpenModelFilesOptions } from "./open-options.ts";

/**
 * The files of one model, wherever they lie. Paths are relative, with `/`:
 * `"unet/model.safetensors"`.
 */
export interface ModelFiles {
  /** What to call the model in messages: the folder, the package, the URL. */
  readonly label: string;
  /**
   * @throws ModelFileError where the file is missing, cannot be fetched or is larger than 64 MiB
   * (weights are opened, not read).
   */
  read(path: string, options?: ReadModelFileOptions): Promise<Uint8Array>;
  /**
   * @throws ModelFileError as `read`, and where the file is not JSON, is nested deeper than 64
   * levels or has a key twice in one object.
   */
  readJson(path: string, options?: ReadModelFileOptions): Promise<unknown>;
  /**
   * @throws WeightsError where the file is not what `openWeights` takes. @throws
   * ModelFileError where it is missing or cannot be fetched.
   */
  openWeights(path: string, options?: ReadModelFileOptions): Promise<WeightSource>;
  exists(path: string): Promise<boolean>;
}

export interface ReadModelFileOptions {
  /** Ends fetching this file. */
  readonly signal?: AbortSignal | undefined;
}

/** Comes while the first weights are being fetched: a page shows itself before. */
const weightReader = () => import("../weights/open-weights.ts");

const maxFileBytes = 64 * 2 ** 20;
/** What one array can hold in every engine. */
const maxWeightBytes = 2 ** 32 - 1;
const jsonLimits = { maxDepth: 64, maxKeys: 1_000_000 };

/**
 * Finds a model's files. Nothing is read from the network yet, but for `prefetch`.
 *
 * @throws ModelNotFoundError where there is no such folder or package; it says what was tried.
 * @throws InvalidArgumentError for a source of another kind.
 * @example `const files = await openModelFiles("@glissade/model-emoji");`
 */
export async function openModelFiles(
  source: ModelSource,
  options: OpenModelFilesOptions = {},
): Promise<ModelFiles> {
  options.signal?.throwIfAborted();
  if (typeof source === "string" && source !== "")
    return isAddress(source) ? openUrl(parseAddress(source), options) : openNamed(source);
  if (source instanceof URL) return openUrl(source, options);
  if (source instanceof Map) return blobFiles(source);
  if (isModelFileList(source)) return listedFiles(source, options);
  if (typeof source === "object" && source !== null && "url" in source && source.url instanceof URL)
    return openUrl(source.url, options);
  throw new InvalidArgumentError({
    argument: "source",
    received: source,
    expected:
      "a folder, the name of an installed package, a URL, a list of files, or a Map of Blobs by path",
  });
}

async function openUrl(url: URL, options: OpenModelFilesOptions): Promise<ModelFiles> {
  if (url.protocol === "file:") return openNamed(fileAccess.pathOf(url));
  if (url.protocol === "http:" || url.protocol === "https:") return httpFiles(url, options);
  throw new InvalidArgumentError({
    argument: "source",
    received: url.href,
    expected: "a file:, http: or https: URL",
  });
}

/** A folder of that name, else an installed package. */
async function openNamed(name: string): Promise<ModelFiles> {
  const kind = await fileAccess.kindOf(name);
  if (kind === "folder") return folderFiles(name, name);
  const tried = [
    `the folder ${name} (${kind === "file" ? "this is a file: give the folder that it lies in" : fileAccess.absence})`,
  ];
  const packageFolder = isPackageName(name) ? await fileAccess.findPackage(name, tried) : undefined;
  if (packageFolder !== undefined) {
    const folder = fileAccess.join(packageFolder, "model");
    if ((await fileAccess.kindOf(folder)) === "folder") return folderFiles(folder, name);
    tried.push(
      `the package ${name} in ${packageFolder} (it is installed, but has no folder named model)`,
    );
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
      return readWhole(label, path, await fileAccess.open(resolve(path)));
    },
    async openWeights(path) {
      await assertThere(path);
      return (await weightReader()).openWeights(resolve(path));
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
    openWeights: async (path) => (await weightReader()).weightsFrom(blobSource(blobAt(path), path)),
  });
}

async function httpFiles(url: URL, options: OpenModelFilesOptions): Promise<ModelFiles> {
  // in a chunk of its own: folders and Blobs do without
  const { anyOf, existsAt, modelFileFetcher } = await import("./remote-files.ts");
  const folder = folderOf(url);
  const label = modelLabel(folder);
  const resolve = (path: string): RemoteFile => {
    const resolved = new URL(
      checkedPath(path).split("/").map(encodeURIComponent).join("/"),
      folder,
    );
    resolved.search = folder.search;
    return { model: label, path, url: resolved };
  };
  const fetchFile = modelFileFetcher(options);
  return withJson({
    label,
    exists: (path) => existsAt(resolve(path), anyOf(options.signal)),
    read: async (path, { signal } = {}) =>
      readWhole(label, path, await fetchFile(resolve(path), { maxBytes: maxFileBytes, signal })),
    openWeights: async (path, { signal } = {}) =>
      (await weightReader()).weightsFrom(
        await fetchFile(resolve(path), { maxBytes: maxWeightBytes, signal }),
      ),
  });
}

async function listedFiles(
  list: ModelFileList,
  options: OpenModelFilesOptions,
): Promise<ModelFiles> {
  const { cacheFor, modelFileFetcher } = await import("./remote-files.ts");
  const files = new Map(Object.entries(list.files));
  for (const [path, file] of files) assertListed(checkedPath(path), file);
  const label = modelLabel(list);
  const fetchFile = modelFileFetcher(options, totalBytesOf(list));
  const listed = (path: string) => {
    const file = files.get(checkedPath(path));
    if (!file) throw missing(label, path);
    const isLocal = file.url.protocol === "file:";
    return {
      localPath: isLocal ? fileAccess.pathOf(file.url) : undefined,
      remote: { model: label, path, ...file, sha256: file.sha256?.toLowerCase() },
    };
  };
  const isPrefetched = options.prefetch && cacheFor(options) !== undefined;
  for (const path of isPrefetched ? files.keys() : []) {
    const { localPath, remote } = listed(path);
    if (localPath === undefined)
      await (await fetchFile(remote, { maxBytes: maxWeightBytes })).close();
  }
  return withJson({
    label,
    exists: async (path) => files.has(checkedPath(path)),
    async read(path, { signal } = {}) {
      const { localPath, remote } = listed(path);
      const source =
        localPath === undefined
          ? await fetchFile(remote, { maxBytes: maxFileBytes, signal })
          : await fileAccess.open(localPath);
      return readWhole(label, path, source);
    },
    async openWeights(path, { signal } = {}) {
      const { localPath, remote } = listed(path);
      return localPath === undefined
        ? (await weightReader()).weightsFrom(
            await fetchFile(remote, { maxBytes: maxWeightBytes, signal }),
          )
        : (await weightReader()).openWeights(localPath);
    },
  });
}

function assertListed(path: string, file: ListedModelFile): void {
  const check = (isRight: boolean, field: string, received: unknown, expected: string) => {
    if (!isRight)
      throw new InvalidArgumentError({
        argument: `source.files[${JSON.stringify(path)}]${field}`,
        received,
        expected,
      });
  };
  check(typeof file === "object" && file !== null, "", file, "a file with its url");
  const isUrl = file.url instanceof URL && /^(file|https?|data|blob):$/.test(file.url.protocol);
  check(
    isUrl,
    ".url",
    file.url instanceof URL ? file.url.href : file.url,
    "a file:, http:, https:, data: or blob: URL",
  );
  check(
    file.bytes === undefined || (Number.isSafeInteger(file.bytes) && file.bytes >= 0),
    ".bytes",
    file.bytes,
    "a number of bytes",
  );
  check(
    file.sha256 === undefined || /^[0-9a-f]{64}$/i.test(file.sha256),
    ".sha256",
    file.sha256,
    "64 hexadecimal digits",
  );
}

/** Undefined where a file does not say. */
function totalBytesOf({ files }: ModelFileList): number | undefined {
  return Object.values(files).reduce<number | undefined>(
    (sum, { bytes }) => (sum === undefined || bytes === undefined ? undefined : sum + bytes),
    0,
  );
}

async function readWhole(model: string, path: string, source: ByteSource): Promise<Uint8Array> {
  try {
    if (source.size > maxFileBytes) throw tooLarge(model, path);
    return await source.read(0, source.size);
  } finally {
    await source.close();
  }
}

function withJson(files: Omit<ModelFiles, "readJson">): ModelFiles {
  return {
    ...files,
    async readJson(path, options) {
      try {
        return parseJsonWithLimits(await files.read(path, options), jsonLimits);
      } catch (cause) {
        if (!(cause instanceof JsonLimitError)) throw cause;
        throw new ModelFileError({
          model: files.label,
          path,
          reason: cause.message,
          advice: "The file is damaged: fetch it again.",
          cause,
        });
      }
    },
  };
}

/** A configuration names files; it must not reach out of the model's folder. */
function checkedPath(path: string): string {
  const inside =
    typeof path === "string" &&
    !/[\\\0:]/.test(path) &&
    path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
  if (!inside)
    throw new InvalidArgumentError({
      argument: "path",
      received: path,
      expected: `a relative path inside the model such as ${display("unet/config.json")}`,
    });
  return path;
}

function missing(model: string, path: string): ModelFileError {
  return new ModelFileError({
    model,
    path,
    reason: "there is no such file",
    advice: "The model is incomplete: install, download or convert it again.",
  });
}

function tooLarge(model: string, path: string): ModelFileError {
  return new ModelFileError({
    model,
    path,
    reason: `it has more than the ${maxFileBytes} bytes allowed`,
  });
}
