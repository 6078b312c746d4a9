import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileAccess as browserFiles } from "../bytes/file-source.browser.ts";
import { ModelFileError, ModelNotFoundError } from "./model-file-errors.ts";
import { openModelFiles as open } from "./model-files.ts";
import type { ModelSource } from "./model-source.ts";
import type { OpenModelFilesOptions } from "./open-options.ts";

/** In memory: the caches have tests of their own. */
const openModelFiles = (source: ModelSource, options: OpenModelFilesOptions = {}) =>
  open(source, { cache: false, ...options });

const weightsFile = fileURLToPath(
  new URL("../weights/__fixtures__/expected_nested.safetensors", import.meta.url),
);
const startDirectory = process.cwd();
let root = "";

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "glissade-"));
  const packages = join(root, "node_modules");
  for (const folder of [
    join(root, "plain"),
    join(packages, "@models/apple/model"),
    join(packages, "hidden/model"),
  ]) {
    await mkdir(join(folder, "unet"), { recursive: true });
    await writeFile(join(folder, "model_index.json"), '{"_class_name": "GlidePipeline"}');
    await writeFile(join(folder, "twice.json"), '{"steps": 1, "steps": 2}');
    await writeFile(join(folder, "unet/model.safetensors"), await readFile(weightsFile));
  }
  await mkdir(join(packages, "bare"));
  await writeFile(
    join(packages, "@models/apple/package.json"),
    '{"name": "@models/apple", "exports": {"./package.json": "./package.json"}}',
  );
  await writeFile(
    join(packages, "hidden/package.json"),
    '{"name": "hidden", "exports": {".": "./index.js"}}',
  );
  await writeFile(join(packages, "bare/package.json"), '{"name": "bare"}');
  await writeFile(join(root, "package.json"), "{}");
  process.chdir(root);
});

afterAll(async () => {
  process.chdir(startDirectory);
  await rm(root, { recursive: true });
});

async function notFound(source: string): Promise<ModelNotFoundError> {
  const error: unknown = await openModelFiles(source).catch((thrown: unknown) => thrown);
  if (ModelNotFoundError.isInstance(error)) return error;
  throw new Error(`expected a ModelNotFoundError, got ${String(error)}`);
}

async function fileError(action: Promise<unknown>): Promise<ModelFileError> {
  const error: unknown = await action.catch((thrown: unknown) => thrown);
  if (ModelFileError.isInstance(error)) return error;
  throw new Error(`expected a ModelFileError, got ${String(error)}`);
}

describe("a model's files", () => {
  it.each([
    ["a folder", () => join(root, "plain")],
    ["a relative folder", () => "./plain"],
    ["a folder without a dot", () => "plain"],
    ["a file: URL as text", () => pathToFileURL(join(root, "plain")).href],
    ["a file: URL in an object", () => ({ url: pathToFileURL(join(root, "plain")) })],
    ["an installed package", () => "@models/apple"],
    [
      "Blobs by path",
      async () =>
        new Map([
          ["model_index.json", new Blob(['{"_class_name": "GlidePipeline"}'])],
          ["twice.json", new Blob(['{"steps": 1, "steps": 2}'])],
          ["unet/model.safetensors", new Blob([await readFile(weightsFile)])],
        ]),
    ],
  ])("are read from %s", async (_, source) => {
    const files = await openModelFiles(await source());
    expect(await files.readJson("model_index.json")).toEqual({ _class_name: "GlidePipeline" });
    expect(await files.exists("model_index.json")).toBe(true);
    expect(await files.exists("unet")).toBe(false);
    expect(await files.exists("scheduler/config.json")).toBe(false);
    const weights = await files.openWeights("unet/model.safetensors");
    expect(weights.names).toContain("state_dict/a");
    await weights.dispose();
    expect(await fileError(files.read("missing.json"))).toMatchObject({
      path: "missing.json",
      reason: "there is no such file",
    });
    expect(await fileError(files.openWeights("missing.safetensors"))).toMatchObject({
      path: "missing.safetensors",
      reason: "there is no such file",
    });
    expect((await fileError(files.readJson("twice.json"))).message).toContain(
      'the key "steps" occurs twice',
    );
  });

  it.each([
    "../secret",
    "unet/../../secret",
    "/etc/passwd",
    "unet//config.json",
    "unet\\config.json",
    "C:/secret",
    "./a",
    "",
    "a\0b",
  ])("are never read from outside: %j", async (path) => {
    const files = await openModelFiles("plain");
    await expect(files.read(path)).rejects.toThrow("a relative path inside the model");
    await expect(files.exists(path)).rejects.toThrow("a relative path inside the model");
    await expect(files.openWeights(path)).rejects.toThrow("a relative path inside the model");
  });

  it("are looked for as a folder, then as a package from here and from this package, and the error says so", async () => {
    const { tried, message } = await notFound("@models/pear");
    expect(tried).toEqual([
      "the folder @models/pear (not there)",
      "the package @models/pear, seen from the working directory (not installed)",
      "the package @models/pear, seen from @glissade/core (not installed)",
    ]);
    expect(message).toContain("npm install @models/pear");
    expect((await notFound("./pear")).tried).toEqual(["the folder ./pear (not there)"]);
    expect((await notFound("plain/model_index.json")).message).toContain(
      "this is a file: give the folder that it lies in",
    );
    expect((await notFound("hidden")).message).toContain("its exports do not list ./package.json");
    expect((await notFound("bare")).message).toContain("has no folder named model");
  });

  it.each([
    [42],
    [null],
    [""],
    [{ url: "https://example.org/" }],
    [new URL("ftp://example.org/")],
    ["http://"],
  ])("are not found in %s", async (source) => {
    await expect(openModelFiles(source as string)).rejects.toMatchObject({
      name: "InvalidArgumentError",
      argument: "source",
    });
  });
});

describe("a model's files over HTTP", () => {
  let server: Server;
  let address = "";
  let answer: RequestListener = () => {};

  beforeAll(async () => {
    server = createServer((request, response) => answer(request, response));
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const bound = server.address();
    address = `http://127.0.0.1:${typeof bound === "object" ? bound?.port : ""}/models/apple`;
  });
  afterAll(() => server.close());

  it("are fetched from below the address, with progress, and weights are opened", async () => {
    const weights = await readFile(weightsFile);
    const asked: string[] = [];
    answer = (request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.setHeader("content-length", weights.length);
      response.end(weights);
    };
    const seen: string[] = [];
    const files = await openModelFiles(`${address}?token=1`, {
      onProgress: ({ path, loadedBytes, totalBytes }) =>
        seen.push(`${path} ${loadedBytes}/${totalBytes}`),
    });
    const opened = await files.openWeights("unet/a b.safetensors");
    expect(opened.names).toContain("state_dict/a");
    expect(await files.exists("x.json")).toBe(true);
    expect(asked).toEqual([
      "GET /models/apple/unet/a%20b.safetensors?token=1",
      "HEAD /models/apple/x.json?token=1",
    ]);
    expect(seen.at(-1)).toBe(`unet/a b.safetensors ${weights.length}/${weights.length}`);
    expect(files.label).toBe(`${address}/`);
  });

  it.each<[string, RequestListener, string]>([
    [
      "is missing",
      (_, response) => response.writeHead(404).end(),
      "the server answered 404 Not Found",
    ],
    [
      "is a web page",
      (_, response) => response.setHeader("content-type", "text/html; charset=utf-8").end("<html>"),
      "a web page instead of the file",
    ],
    [
      "is announced as too large",
      (_, response) => response.setHeader("content-length", 2 ** 27).end(),
      "more than the 67108864 bytes allowed",
    ],
    [
      "breaks off",
      (_, response) =>
        void response.setHeader("content-length", 10).write("12345", () => response.destroy()),
      "the connection broke after 5 bytes",
    ],
    ["is not JSON", (_, response) => response.end("{"), "it is not valid JSON"],
    [
      "has a fault on the server",
      (_, response) => response.writeHead(503).end(),
      "the server answered 503",
    ],
  ])("are refused where one %s", async (_, listener, reason) => {
    answer = listener;
    const files = await openModelFiles(new URL(address));
    expect((await fileError(files.readJson("config.json"))).reason).toContain(reason);
  });

  it("are cut off where more arrives than allowed, without an announced length", async () => {
    answer = (_, response) => {
      const block = Buffer.alloc(2 ** 20);
      const more = () => {
        while (!response.destroyed && response.write(block));
        if (!response.destroyed) response.once("drain", more);
      };
      more();
    };
    const files = await openModelFiles(address);
    expect((await fileError(files.read("endless"))).reason).toContain(
      "more than the 67108864 bytes allowed",
    );
  });

  it("do not exist where the server says so or answers with its page, and the question fails where it says neither", async () => {
    const files = await openModelFiles(address);
    answer = (_, response) => response.writeHead(404).end();
    expect(await files.exists("x.json")).toBe(false);
    answer = (_, response) => response.setHeader("content-type", "text/html").end();
    expect(await files.exists("x.json")).toBe(false);
    answer = (_, response) => response.writeHead(500).end();
    expect(await fileError(files.exists("x.json"))).toMatchObject({ status: 500 });
  });

  it("stop arriving when aborted", async () => {
    answer = (_, response) => void response.write("begun");
    const controller = new AbortController();
    const files = await openModelFiles(address, {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error("enough")),
    });
    await expect(files.read("slow")).rejects.toThrow("enough");
    await expect(files.read("later")).rejects.toThrow("enough");
    await expect(openModelFiles(address, { signal: controller.signal })).rejects.toThrow("enough");
  });

  it("say that a server cannot be reached", async () => {
    const files = await openModelFiles("http://127.0.0.1:1/model");
    expect((await fileError(files.read("x"))).reason).toContain(
      "http://127.0.0.1:1 cannot be reached",
    );
  });
});

describe("paths in a browser", () => {
  it("are refused with the way out", async () => {
    await expect(browserFiles.open("model.safetensors")).rejects.toThrow(
      "a path can be opened in Node only. Give a Blob, the bytes, or a URL",
    );
    await expect(browserFiles.create("model.safetensors")).rejects.toThrow("Node only");
    expect(() => browserFiles.pathOf(new URL("file:///x"))).toThrow("Node only");
    expect(await browserFiles.kindOf("folder")).toBeUndefined();
    expect(await browserFiles.findPackage("name", [])).toBeUndefined();
  });
});
